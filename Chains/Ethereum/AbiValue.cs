using System.Numerics;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>A value of the contract ABI. It is compared by content.</summary>
public abstract record AbiValue
{
    private AbiValue()
    {
    }

    /// <summary>uintN or intN.</summary>
    public sealed record Number(BigInteger Value) : AbiValue;

    public sealed record Flag(bool Value) : AbiValue;

    public sealed record Account(Address Value) : AbiValue;

    /// <summary>bytes, bytesN or function.</summary>
    public sealed record Bytes(HexBytes Value) : AbiValue;

    public sealed record Text(string Value) : AbiValue;

    /// <summary>An array or a tuple.</summary>
    public sealed record Sequence(Items<AbiValue> Values) : AbiValue;

    public static implicit operator AbiValue(UInt256 value) => new Number(value);

    public static implicit operator AbiValue(Address value) => new Account(value);

    public static implicit operator AbiValue(bool value) => new Flag(value);

    public static implicit operator AbiValue(string value) => new Text(value);

    public static implicit operator AbiValue(HexBytes value) => new Bytes(value);

    public static implicit operator AbiValue(Bytes32 value) => new Bytes(value.ToArray());

    public static Sequence Of(params ReadOnlySpan<AbiValue> values) => new(Items.Create(values));

    /// <summary>An unsigned number's value; reading another kind so is a bug of the caller.</summary>
    public UInt256 AsUInt256() => (UInt256)((Number)this).Value;

    public Address AsAddress() => ((Account)this).Value;

    public HexBytes AsBytes() => ((Bytes)this).Value;

    public bool AsFlag() => ((Flag)this).Value;

    public string AsText() => ((Text)this).Value;

    public Items<AbiValue> AsSequence() => ((Sequence)this).Values;
}
