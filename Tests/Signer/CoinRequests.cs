using TPWallet.Chains.Bitcoin;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>Requests to sign on the Bitcoin chain, as an honest silo would make them, and what it takes to make them dishonest.</summary>
internal sealed class CoinRequests(SignerScene scene, KeyAttestation key)
{
    public const long Value = 100_000;
    public const long Paid = 40_000;
    public const long Budget = 5_000;

    public static readonly AssetId Coin = BitcoinChain.Regtest.Coin;

    public Address Address => key.Address;

    public Script Own => OutputScript.Witness(0, key.Address.ToArray());

    public static Script Payee { get; } = OutputScript.Witness(0, People.AddressOf("payee").ToArray());

    public static Script Thief { get; } = OutputScript.Witness(0, People.AddressOf("thief").ToArray());

    public static async Task<CoinRequests> CreateAsync(SignerScene scene) => new(scene, await scene.CreateKeyAsync("coins", BitcoinChain.Regtest.Id));

    public Leg Leg(Name id, long sat = Paid, long budget = Budget) =>
        new Leg.ChainTransfer(id, [], key.Address, People.AddressOf("payee"), new(Coin, (ulong)sat), new((ulong)budget));

    /// <summary>A transaction that pays the key at output 1; each number makes another.</summary>
    public BitcoinTransaction Previous(byte number, long sat = Value, Script? to = null) => new(
        2, new([new BitcoinInput(new(BitcoinHash.Of([number]), 0))]), new([new(700, Thief), new(sat, to ?? Own)]), 0);

    /// <summary>Inputs of previous transactions; the payment, and the rest but the fee back.</summary>
    public BitcoinTransaction Unsigned(long fee, params ReadOnlySpan<BitcoinTransaction> previous)
    {
        long sum = 0;
        var inputs = ImmutableArray.CreateBuilder<BitcoinInput>();
        foreach (var one in previous)
        {
            sum += one.Outputs[1].ValueSat;
            inputs.Add(new(new(one.Txid(), 1), BitcoinInput.ReplaceableSequence));
        }

        return new(2, new(inputs.ToImmutable()), new([new(Paid, Payee), new(sum - Paid - fee, Own)]), 0);
    }

    public static Psbt Psbt(BitcoinTransaction unsigned, params ReadOnlySpan<BitcoinTransaction> previous)
    {
        var psbt = PsbtCreator.Create(unsigned).Value;
        for (var i = 0; i < previous.Length; i++) psbt = PsbtUpdater.AddPrevious(psbt, i, previous[i]);
        return psbt;
    }

    public SignRequest Spend(PacketAuthorisation bundle, Name leg, Psbt psbt) =>
        new(Guid.NewGuid(), key.Key, key.Chain, new SigningPayload.BitcoinSpend(leg, psbt.Encode()), bundle);

    public SignRequest Spend(PacketAuthorisation bundle, Name leg, long fee, params ReadOnlySpan<BitcoinTransaction> previous) =>
        Spend(bundle, leg, Psbt(Unsigned(fee, previous), previous));

    public SignRequest NoOp(PacketAuthorisation bundle, Name leg, long fee, params ReadOnlySpan<BitcoinTransaction> previous)
    {
        var spend = Unsigned(fee, previous);
        var closing = spend with { Outputs = new([new(spend.Outputs[0].ValueSat + spend.Outputs[1].ValueSat, Own)]) };
        return new(Guid.NewGuid(), key.Key, key.Chain, new SigningPayload.BitcoinNoOp(leg, Psbt(closing, previous).Encode()), bundle);
    }

    /// <summary>A packet "pay" with one leg "a", with the votes that it takes.</summary>
    public PacketAuthorisation Bundle(Name id, params ReadOnlySpan<Leg> legs) => scene.Bundle(scene.Packet(id, legs));
}
