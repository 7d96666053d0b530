using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Chains;

/// <summary>What a tracker's lists say of a transaction.</summary>
internal static class WatchLists
{
    /// <summary>One of a lane: what it spends is of an own address.</summary>
    public static bool IsOurs(TrackerState state, Bytes32 hash) => state.Transactions.TryGetValue(hash, out var watched)
        && (watched.Owner is { } owner ? owner != default : watched.From is { } from && state.Addresses.ContainsKey(from));
}
