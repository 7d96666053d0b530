using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// May this payload be signed? In this order, the first refusal stands:
/// <list type="number">
/// <item>form (RequestForm: Malformed, TooLarge, UnsupportedKind, GenesisMismatch) and decoding (Realises.Read: PayloadMismatch, UnsupportedKind);</item>
/// <item>the key is this account's, on this chain: KeyUnknown, WrongChain;</item>
/// <item>the request id: answered before → the same bytes; with other content → IdempotencyMismatch;</item>
/// <item>the payload realises the leg: LegMismatch, WrongChain, PayloadMismatch, FeeBudgetExceeded;</item>
/// <item>one intent per nonce or output, one nonce per leg (IntentRules, OutpointRules): NonceConflict, IntentConflict. A further version of what is signed stops here and is signed: it spends
/// nothing new, and defence is never stopped, not by a freeze, an expiry or a changed policy;</item>
/// <item>a leg that takes the place of an earlier one: IntentConflict (SecondNonce);</item>
/// <item>this signer's clock and the caller's agree: ClockDoubtful (SignerClock);</item>
/// <item>the lineage, not older than known: StaleVersion, LineageBroken, TimelockRunning (LineageBook);</item>
/// <item>freeze, deadlines: Frozen, DeadlinePassed;</item>
/// <item>Authorisation, on this signer's own windows and clock: its denial, QuorumMissing, TimelockRunning.</item>
/// </list>
/// </summary>
internal static class SignCheck
{
    public static SignDecision Decide(SignRequest request, ReadPayload payload, IFactStore store, Books books, SignerTime time)
    {
        var packet = request.Authorisation.Packet;
        var keys = store.Keys(packet.Ref.Owner);
        if (keys.FirstOrDefault(candidate => candidate.Attestation.Key == request.Key) is not { } key)
            return new Rejection(RejectionCode.KeyUnknown, $"a key of {packet.Ref.Owner}", request.Key.Value);
        if (key.Attestation.Purpose != KeyPurpose.Spend)
            return new Rejection(RejectionCode.KeyUnknown, "a key that signs transactions", $"{request.Key}, which signs for channels");
        if (request.Chain != key.Attestation.Chain)
            return new Rejection(RejectionCode.WrongChain, key.Attestation.Chain.Value, request.Chain.Value);
        if (store.OfRequest(request.RequestId)?.Fact is Fact.IntentSigned answered)
        {
            return answered.Fingerprint == SignPlan.Fingerprint(request)
                ? answered
                : new Rejection(RejectionCode.IdempotencyMismatch, $"the request {request.RequestId} that was signed", "another content");
        }

        if (packet.Legs.FirstOrDefault(candidate => candidate.Id == payload.Leg) is not { } leg)
            return new Rejection(RejectionCode.LegMismatch, $"a leg of packet {packet.Ref.Id}", payload.Leg.Value);
        if (request.Chain.IsBitcoin != payload is ReadPayload.Bitcoin)
            return new Rejection(RejectionCode.WrongChain, $"a payload of {request.Chain}", payload.GetType().Name);
        var history = store.History(packet.Ref, key.Attestation.Chain, key.Attestation.Address, (payload as ReadPayload.Evm)?.Transaction.Nonce);
        var mismatch = payload switch
        {
            ReadPayload.Evm evm => Realises.Check(evm, leg, key, history.AtNonce),
            ReadPayload.Bitcoin coins => RealisesCoins.Check(
                coins, leg, key, (output, deposit) => store.Keeps(key.Attestation.Chain, key.Attestation.Address, output, deposit)),
            _ => throw new UnreachableException(),
        };
        if (mismatch is not null) return mismatch;
        var plan = new SignPlan(request, payload, key, new(packet.Ref, leg.Id), Canonical.Hash(packet), []);
        if (history.AtNonce.Concat(history.OfPacket).FirstOrDefault(version => IsSame(version, plan)) is { } same) return same;
        var (standing, conflict) = payload switch
        {
            ReadPayload.Evm evm => IntentRules.Check(evm, plan.Leg, plan.PacketHash, history),
            ReadPayload.Bitcoin coins => OutpointRules.Check(coins, leg, plan.Leg, plan.PacketHash, history, output => store.Claimants(request.Chain, output)),
            _ => throw new UnreachableException(),
        };
        if (conflict is not null) return conflict;
        if (standing == Standing.Version && !payload.NoOp && store.ReplacedBy(plan.Leg) is { } other)
            return new Rejection(RejectionCode.IntentConflict, $"the no-op of {plan.Leg}, which moved to {other}", "a spend");
        if (standing != Standing.Version && leg.Replaces is { } replaces && SecondNonce.Check(replaces, plan, store) is { } possible) return possible;
        return standing == Standing.Version ? plan : SpendCheck.Decide(plan with { Moves = leg.Replaces?.Leg }, history, keys, store, books, time);
    }

    /// <summary>Target, value and data follow from packet and leg, so equal fees and kind at one nonce are equal bytes; on Bitcoin the id says so.</summary>
    private static bool IsSame(Fact.IntentSigned version, SignPlan plan) => version.PacketHash == plan.PacketHash && version.Leg == plan.Leg && plan.Payload switch
    {
        ReadPayload.Evm evm => version.NoOp == evm.NoOp && version.Nonce == evm.Transaction.Nonce && version.Address == plan.Key.Attestation.Address && version.Terms == evm.Terms,
        ReadPayload.Bitcoin coins => version.NoOp == coins.NoOp && version.TxHash == coins.TxHash,
        _ => throw new UnreachableException(),
    };
}
