using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Dapps;

/// <summary>A contract of which something is recorded.</summary>
[GenerateSerializer, Immutable, Alias("tpw.dapp.entry")]
public sealed record DappEntry(ChainId Chain, Address Address, DappView Known);

/// <summary>A page of contracts, in an order of their own that stays.</summary>
/// <param name="Next">What the next page comes after; null: this is the last one.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.page")]
public sealed record DappPage(ImmutableArray<DappEntry> Dapps, string? Next)
{
    /// <summary>The key of the one grain that lists.</summary>
    public const string Key = "dapps";

    /// <summary>Most contracts that are looked at for one page.</summary>
    public const int Max = 50;
}
