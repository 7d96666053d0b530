using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Ledger;

/// <summary>The fee ledger of one period.</summary>
/// <param name="Posted">Fees posted, by "packet key|kind|asset": each once.</param>
public sealed record RevenueState(string Period, LedgerBook Ledger, ImmutableSortedDictionary<StateKey, UInt256> Posted)
{
    public static RevenueState Empty(string period) => new(period, LedgerBook.Empty, ImmutableSortedDictionary<StateKey, UInt256>.Empty);

    public RevenueView View() => new(
        Period, [.. Ledger.Assets.Keys.Select(asset => new Amount(asset, Ledger.Of(Book.Revenue, asset).Balance))], Posted.Count);

    internal static StateKey Key(PacketRef packet, FeeKind kind, AssetId asset) => StateKey.Of(packet.Key, kind.ToString(), asset.Value);
}
