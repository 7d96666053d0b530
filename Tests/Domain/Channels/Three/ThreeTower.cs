using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Towers;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>The tower of one side, as its operator's shell runs it. It keeps what it was given, whatever becomes of the side.</summary>
internal sealed class ThreeTower
{
    private readonly ThreeSide _side;
    private readonly Func<ulong> _second;
    private int _commands;

    internal ThreeTower(ThreeSide side, Func<ulong> second)
    {
        (_side, _second) = (side, second);
        Key = SHA256.HashData(Encoding.ASCII.GetBytes(side.Name));
        State = TowerDecider.Empty(new TowerRef(side.Name, side.Ref).Key);
    }

    /// <summary>The side's, which the tower never sees.</summary>
    internal byte[] Key { get; }

    internal TowerState State { get; private set; }

    /// <summary>The chain's second when it had its newest state.</summary>
    internal ulong Since { get; private set; }

    /// <summary>Not running until then.</summary>
    internal ulong AwayUntil { get; set; }

    /// <summary>What its node of the chain says of the newest block.</summary>
    internal NewestLie Lie { get; set; }

    internal Dictionary<Name, ThreePacket> Packets { get; } = [];

    internal Instant Now => People.Start + Span.Seconds((long)_second());

    internal bool IsUp => AwayUntil <= _second();

    internal ImmutableSortedDictionary<string, Effect> Owed => TowerDecider.Owed(State);

    internal CommandReply Keep(TowerHandOver over) => Do(new TowerCommand.Keep(NewId(), over));

    internal void Wake()
    {
        if (TowerDecider.NextWake(State) is { } wake && wake <= Now) Do(TowerDecider.Tick(NewId()));
    }

    internal void Resume(string intent, EffectResult result)
    {
        if (TowerDecider.Resume(State, intent, result) is { } command) Do(command);
    }

    /// <summary>Dies and is loaded again.</summary>
    internal void Reload() => State = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(State, TowerJson.Default.TowerState), TowerJson.Default.TowerState)!;

    private Guid NewId() => People.Id($"tower of {_side.Name} {_commands++}");

    private CommandReply Do(TowerCommand command)
    {
        var decision = TowerDecider.Decide(State, command, Stamp.At(Now));
        if (decision is Decision<TowerEvent>.Refuse { Rejection: var refusal }) return new CommandReply.Refused(refusal);
        foreach (var @event in ((Decision<TowerEvent>.Accept)decision).Events)
        {
            var nonce = State.Nonce;
            State = TowerDecider.Evolve(State, @event, Now);
            if (State.Nonce > nonce) Since = _second();
        }

        return new CommandReply.Accepted(1, []);
    }
}
