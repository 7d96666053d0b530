using System.Security.Cryptography;
using TPWallet.Domain.Chains.Watching;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Chains.Watching;

/// <summary>A watched transaction that a test drives.</summary>
internal sealed class WatchedRun(ChainId? chain = null) : MachineRun<WatchedDecider, WatchedState, WatchedCommand, WatchedEvent>(
    $"{chain ?? People.Chain}/{Tx}", WatchedJson.Default.WatchedEvent, WatchedJson.Default.WatchedState)
{
    /// <summary>The one transaction that is watched.</summary>
    internal static Bytes32 Tx { get; } = Bytes32.From(SHA256.HashData("tx"u8));

    /// <summary>What the lane hears, in order.</summary>
    internal ImmutableArray<WatchReport> Told()
    {
        var told = ImmutableArray.CreateBuilder<WatchReport>();
        while (Owed.FirstOrDefault(o => o.Value is Effect.TellLane) is { Key: { } intent, Value: Effect.TellLane effect })
        {
            told.Add(((LaneCommand.RecordObservation)effect.Command).Report);
            Answer(intent, new EffectResult.Replied(new CommandReply.Accepted(1, [])));
        }

        return told.ToImmutable();
    }
}
