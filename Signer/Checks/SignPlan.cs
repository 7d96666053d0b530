using TPWallet.Domain.Lanes.Coins;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What the check says. Exactly one of the three answers stands, unless something learnt must be kept first.</summary>
/// <param name="Learnt">Facts to keep whatever the answer is.</param>
internal sealed record SignDecision(Rejection? Refusal, Fact.IntentSigned? Repeated, SignPlan? ToSign, ImmutableArray<Fact> Learnt)
{
    public static implicit operator SignDecision(Rejection refusal) => new(refusal, null, null, []);

    public static implicit operator SignDecision(Fact.IntentSigned repeated) => new(null, repeated, null, []);

    public static implicit operator SignDecision(SignPlan plan) => new(null, null, plan, []);
}

/// <summary>A payload that may be signed now, with what is then to be kept.</summary>
internal sealed record SignPlan(
    SignRequest Request, ReadPayload Payload, Fact.KeyCreated Key, LegRef Leg, Bytes32 PacketHash, ImmutableArray<Outgoing> Outflow)
{
    /// <summary>Of everything that decides what is signed, and nothing that may change while it is asked again (votes, lineage, bounds, risk, the time).</summary>
    public static Bytes32 Fingerprint(SignRequest request)
    {
        var bare = request.Authorisation with { Lineage = [], Votes = [], Bounds = new EffectBounds([], [], [], []), Risk = null };
        return Canonical.Hash("tpw.signer.request.v1", request with { Authorisation = bare, AskedAt = null }, ContractJson.Default.SignRequest);
    }

    /// <summary>The leg that moves here with this signature, or null.</summary>
    public LegRef? Moves { get; init; }

    /// <summary>What is kept with the signature.</summary>
    public ImmutableArray<Fact> Facts(Fact.IntentSigned signed) =>
    [
        signed,
        .. (signed.Coins?.Inputs ?? []).Select(input => new Fact.OutputClaimed(Key.Attestation.Account, Key.Attestation.Chain, input.Output, Leg)),
        .. Moves is { } moved ? [new Fact.LegReplaced(Key.Attestation.Account, moved, Leg)] : ImmutableArray<Fact>.Empty,
    ];

    public Fact.IntentSigned Signed(byte[] raw, Bytes32 txHash) => new(
        Key.Attestation.Account,
        Request.RequestId,
        Fingerprint(Request),
        Leg,
        PacketHash,
        Key.Attestation.Chain,
        Key.Attestation.Address,
        (Payload as ReadPayload.Evm)?.Transaction.Nonce ?? 0,
        Payload.NoOp,
        (Payload as ReadPayload.Evm)?.Terms ?? new(0, 0, 0),
        Outflow,
        raw,
        txHash,
        Outflow.IsEmpty ? null : Request.Authorisation.Packet,
        Outflow.IsEmpty ? null : Request.Authorisation.Bounds,
        Payload is ReadPayload.Bitcoin coins ? CoinsOf(coins) : null);

    private static CoinSpend CoinsOf(ReadPayload.Bitcoin coins)
    {
        // The change is last (RealisesCoins).
        ImmutableArray<CoinInput> inputs = [.. coins.Inputs.Select((input, i) => new CoinInput(input, coins.Spent[i].ValueSat, null))];
        return coins.NoOp
            ? CoinFees.NoOp(inputs, coins.FeeSat, coins.Unsigned.Outputs.SkipLast(1).Sum(static output => output.ValueSat))
            : CoinFees.Spend(
                inputs, [.. coins.Unsigned.Outputs.SkipLast(1).Select(static output => new CoinPayee(output.ScriptPubKey.Bytes, (ulong)output.ValueSat))], coins.FeeSat);
    }
}
