using System.Buffers.Binary;
using System.Numerics;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>
/// What the operator of an OP-stack chain takes of each transaction beside its gas and its data (OP Stack specification, Isthmus and Jovian, Operator Fee). It follows from the
/// block alone: its first transaction tells the chain's contracts the scalars that hold in it.
/// </summary>
/// <param name="Scalar">By the unit of gas that was used.</param>
/// <param name="Constant">Wei of each transaction.</param>
/// <param name="IsJovian">Whether the scalar is in hundreds of wei; before Jovian it is in millionths of one.</param>
public readonly record struct OperatorFee(uint Scalar, ulong Constant, bool IsJovian)
{
    private const int ScalarAt = 164;
    private const int ConstantAt = 168;
    private const int IsthmusLength = 176;
    private const int Millionth = 1_000_000;
    private const int Hundred = 100;

    private static readonly Address _depositor = Address.Parse("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001");
    private static readonly Address _attributes = Address.Parse("0x4200000000000000000000000000000000000015");

    /// <summary>setL1BlockValuesIsthmus() and setL1BlockValuesJovian(): packed fields follow the selector.</summary>
    private static readonly byte[] _isthmus = [0x09, 0x89, 0x99, 0xbe];

    private static readonly byte[] _jovian = [0x3d, 0xb6, 0xbe, 0x2b];

    /// <summary>What holds in a block; nothing on a chain, or before an upgrade, that knows no such fee.</summary>
    /// <param name="first">The block's first transaction.</param>
    public static OperatorFee In(IBlockTransaction? first)
    {
        if (first is not DepositTransaction { From: var from, To: { } to, Data: var data } || from != _depositor || to != _attributes || data.Length < IsthmusLength) return default;
        var isJovian = data.Span.StartsWith(_jovian);
        return isJovian || data.Span.StartsWith(_isthmus)
            ? new(BinaryPrimitives.ReadUInt32BigEndian(data.Span[ScalarAt..]), BinaryPrimitives.ReadUInt64BigEndian(data.Span[ConstantAt..]), isJovian)
            : default;
    }

    /// <summary>Wei that a transaction paid; deposits pay none.</summary>
    public UInt256 Of(IBlockTransaction transaction, ulong gasUsed)
    {
        if (transaction is DepositTransaction) return UInt256.Zero;
        var scaled = (BigInteger)gasUsed * Scalar;
        return (UInt256)((IsJovian ? scaled * Hundred : scaled / Millionth) + Constant);
    }
}
