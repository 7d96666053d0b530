using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Channels;

/// <summary>One side of a channel in memory: the machine, its key, and what it owes, done at once.</summary>
internal sealed class ChannelParty : IDisposable
{
    private readonly PrivateKey _key;
    private readonly ChannelRef _side;
    private long _commands;

    private ChannelParty(PrivateKey key, ChannelRef side) => (_key, _side, State) = (key, side, ChannelDecider.Empty(side.ToString()));

    public ChannelState State { get; private set; }

    /// <summary>What has happened to it, where that is kept.</summary>
    public List<ChannelEvent>? Events { get; private init; }

    /// <summary>Two sides of a new channel, each with a deposit counted in.</summary>
    /// <param name="keeps">Whether their events are kept.</param>
    public static (ChannelParty A, ChannelParty B) Pair(UInt256 deposit, bool keeps = false)
    {
        PrivateKey[] keys = [Secp256k1.GenerateKey(), Secp256k1.GenerateKey()];
        var addresses = keys.Select(AddressOf).ToArray();
        if (addresses[0].CompareTo(addresses[1]) > 0) (keys, addresses) = ([keys[1], keys[0]], [addresses[1], addresses[0]]);
        var facts = new ChannelFacts(ChainId.Evm(31337), Address.Parse("0x00000000000000000000000000000000000000c0"), addresses[0], addresses[1], Address.Parse("0x00000000000000000000000000000000000000ee"), 1);
        var terms = new ChannelTerms(100, 1_000, deposit, 1_000_000, 1_000);
        var id = ChannelDomain.Id(facts);
        var sides = new[] { ChannelSide.A, ChannelSide.B }.Select(side => new ChannelParty(keys[(int)side], new(id, side)) { Events = keeps ? [] : null }).ToArray();
        foreach (var party in sides)
        {
            party.Do(new ChannelCommand.Open(party.NewId(), new(default, "channels", facts, terms, null)));
            party.Do(new ChannelCommand.RecordSight(party.NewId(), new(default, 1_000_000, new(deposit, deposit), default, 0, 0, terms.LockFloor, terms.TrimCap)));
            party.Do(new ChannelCommand.RecordTaken(party.NewId(), 0));
        }

        Settle(sides[0], sides[1]);
        return (sides[0], sides[1]);
    }

    /// <summary>Runs what both owe until neither owes anything.</summary>
    public static void Settle(ChannelParty a, ChannelParty b)
    {
        while (a.Step(b) || b.Step(a))
        {
            // Each step leads to the next.
        }
    }

    public void Pay(UInt256 amount) => Do(new ChannelCommand.Pay(NewId(), amount));

    public void Dispose() => _key.Dispose();

    private static Address AddressOf(PrivateKey key)
    {
        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        Secp256k1.CreatePublicKey(key, point);
        return Address.From(Keccak256.Hash(point[1..]).AsSpan(12));
    }

    private bool Step(ChannelParty peer)
    {
        var owed = ChannelDecider.Owed(State);
        if (owed.IsEmpty) return false;
        var (intent, effect) = owed.First();
        EffectResult result = effect switch
        {
            Effect.SignChannelState sign => new EffectResult.ChannelSigned(ChannelSignature.Sign(_key, State.DigestOf(sign.Book))),
            Effect.TellPeer tell => new EffectResult.Replied(peer.Hear(tell.Message)),
            Effect.AnnounceSide said => new EffectResult.SideTold(said.IsOpen, said.Capacity, said.IsPublic),
            _ => throw new InvalidOperationException($"Nothing here does {effect.GetType().Name}."),
        };
        if (ChannelDecider.Resume(State, intent, result) is { } command) Do(command);
        return true;
    }

    private Grains.Interfaces.CommandReply Hear(ChannelMessage message)
    {
        Do(new ChannelCommand.Hear(NewId(), message));
        return new Grains.Interfaces.CommandReply.Accepted(0, []);
    }

    private void Do(ChannelCommand command)
    {
        if (ChannelDecider.Decide(State, command, Stamp.At(new Instant(0))) is not Decision<ChannelEvent>.Accept accept)
            throw new InvalidOperationException($"{_side} refused {command}.");
        foreach (var @event in accept.Events) State = ChannelDecider.Evolve(State, @event, new Instant(0));
        Events?.AddRange(accept.Events);
    }

    private Guid NewId() => new((int)(++_commands >> 32), (short)0, (short)0, BitConverter.GetBytes(_commands));
}
