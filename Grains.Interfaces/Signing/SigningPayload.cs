using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Signing;

/// <summary>What is to be signed: a closed set of kinds, never a bare hash.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(EvmSpend), "evm-spend")]
[JsonDerivedType(typeof(EvmNoOp), "evm-no-op")]
[JsonDerivedType(typeof(BitcoinSpend), "bitcoin-spend")]
[JsonDerivedType(typeof(BitcoinNoOp), "bitcoin-no-op")]
[GenerateSerializer, Immutable, Alias("tpw.payload")]
public abstract record SigningPayload
{
    private SigningPayload()
    {
    }

    /// <summary>Whether it only closes what is signed.</summary>
    [JsonIgnore]
    public bool IsNoOp => this is EvmNoOp or BitcoinNoOp;

    /// <summary>Whether it is of the Bitcoin family.</summary>
    [JsonIgnore]
    public bool IsBitcoin => this is BitcoinSpend or BitcoinNoOp;

    /// <summary>An EIP-1559 transaction that realises one leg. The signer decodes <paramref name="Unsigned"/> itself.</summary>
    /// <param name="Unsigned">The EIP-2718 signing payload, 0x02 ‖ rlp(…).</param>
    [GenerateSerializer, Immutable, Alias("tpw.payload.evm-spend")]
    public sealed record EvmSpend(Name Leg, HexBytes Unsigned) : SigningPayload;

    /// <summary>A self-send of value 0 without data at the nonce of a signed leg of this packet: closes it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payload.evm-no-op")]
    public sealed record EvmNoOp(Name Leg, HexBytes Unsigned) : SigningPayload;

    /// <summary>A transaction of the Bitcoin family that realises one leg: pays it once, and the rest back to the own address.</summary>
    /// <param name="Psbt">
    /// BIP-174, with the whole previous transaction of each input: the signer works out their ids, so nobody can lie about what is spent.
    /// </param>
    [GenerateSerializer, Immutable, Alias("tpw.payload.bitcoin-spend")]
    public sealed record BitcoinSpend(Name Leg, HexBytes Psbt) : SigningPayload;

    /// <summary>A self-send of an output that every signed version of a leg of this packet spends: closes it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payload.bitcoin-no-op")]
    public sealed record BitcoinNoOp(Name Leg, HexBytes Psbt) : SigningPayload;
}
