using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Chains;

/// <summary>An output that a transaction of the Bitcoin family spends: as a nonce elsewhere, no two transactions of a chain can spend it.</summary>
/// <param name="TxHash">The transaction that made it, in the byte order that tools show.</param>
[GenerateSerializer, Immutable, Alias("tpw.spent-output")]
public readonly record struct SpentOutput(Bytes32 TxHash, uint Index) : IComparable<SpentOutput>
{
    public int CompareTo(SpentOutput other) => TxHash.CompareTo(other.TxHash) is not 0 and var order ? order : Index.CompareTo(other.Index);

    public override string ToString() => $"{TxHash}:{Index}";
}
