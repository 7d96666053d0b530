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
[GenerateSerializer, Immutable, Alias("tpw.payload")]
public abstract record SigningPayload
{
    private SigningPayload()
    {
    }

    /// <summary>An EIP-1559 transaction that realises one leg. The signer decodes <paramref name="Unsigned"/> itself.</summary>
    /// <param name="Unsigned">The EIP-2718 signing payload, 0x02 ‖ rlp(…).</param>
    [GenerateSerializer, Immutable, Alias("tpw.payload.evm-spend")]
    public sealed record EvmSpend(Name Leg, HexBytes Unsigned) : SigningPayload;

    /// <summary>A self-send of value 0 without data at the nonce of a signed leg of this packet: closes it.</summary>
    [GenerateSerializer, Immutable, Alias("tpw.payload.evm-no-op")]
    public sealed record EvmNoOp(Name Leg, HexBytes Unsigned) : SigningPayload;
}
