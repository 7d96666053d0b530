using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// May a leg be signed that never was? Lineage, freeze, deadlines, then the same Authorisation as at the account. A packet is judged as of its first
/// signature: its votes must be alive then and its outflow is counted then, so that a leg that has to wait for another leg does not outlive them.
/// Governance and freeze are judged as of now.
/// </summary>
internal static class SpendCheck
{
    public static SignDecision Decide(SignPlan plan, SignHistory history, ImmutableArray<Fact.KeyCreated> keys, IFactStore store, Books books, SignerTime time)
    {
        var bundle = plan.Request.Authorisation;
        var (packet, stamp) = (bundle.Packet, time.Stamp);
        var account = packet.Ref.Owner;
        if (time.Doubt is { } doubt) return doubt;
        var accepted = books.Lineages.Accept(bundle.Genesis, bundle.Lineage, stamp);
        if (accepted.Refusal is not null || accepted.Learnt.Length > 0) return new(accepted.Refusal, null, null, accepted.Learnt);
        if (FreezeBook.Read(store, account, bundle.Lineage) is { Frozen: true } freeze && MandatedCalls.MandateOf(packet, accepted.Governance!) is null)
            return new Rejection(RejectionCode.Frozen, "an account that is not frozen", $"freeze {freeze.Last}");
        var leg = packet.Legs.First(candidate => candidate.Id == plan.Leg.Leg);
        if (stamp.Latest >= LegPlan.Deadline(packet, leg))
            return new Rejection(RejectionCode.DeadlinePassed, $"before {LegPlan.Deadline(packet, leg)}", stamp.Latest.ToString());
        if (Unfounded(packet, leg, history) is { } unfounded) return unfounded;
        if (history.First is null && stamp.Latest >= packet.OpenBefore)
            return new Rejection(RejectionCode.DeadlinePassed, $"a first signature before {packet.OpenBefore}", stamp.Latest.ToString());
        ImmutableArray<OwnAddress> own =
            [.. keys.Select(static key => new OwnAddress(key.Attestation.Chain, key.Attestation.Address, key.Attestation.Tier))];
        var digest = Bounds.Digest(bundle.Bounds);
        var seen = store.FirstSeen(account, plan.PacketHash, digest);
        var windows = history.First is { } first ? books.Windows.Before(account, first) : books.Windows.Now(account);
        var facts = new AuthorisationFacts(
            accepted.Governance!, false, own, windows, packet, bundle.Bounds, bundle.Votes, seen, history.First is { } judged ? Stamp.At(judged.At) : stamp)
        {
            Risk = bundle.Risk,
        };
        var assessment = Authorisation.Assess(facts);
        if (assessment.Verdict == Verdict.Allowed)
            return history.First is null ? plan with { Outflow = OutflowOf(facts) } : plan;
        var refusal = Refusal(assessment, stamp.Earliest);
        return assessment.Verdict == Verdict.TimeLocked && seen is null
            ? new SignDecision(refusal, null, null, [new Fact.SubjectSeen(account, plan.PacketHash, digest)])
            : refusal;
    }

    /// <summary>
    /// A compensation undoes what was done: a leg on a chain was signed here, or there is nothing to undo. That a later leg failed cannot be seen from
    /// here; the members voted on both outcomes.
    /// </summary>
    private static Rejection? Unfounded(PacketContent packet, Leg leg, SignHistory history)
    {
        if (packet.Legs.FirstOrDefault(candidate => candidate.Id == leg.Compensates) is not { } undone || !undone.IsOnChain) return null;
        return history.OfPacket.Any(fact => fact.Leg.Leg == undone.Id && !fact.NoOp)
            ? null
            : new(RejectionCode.CompensationInvalid, $"{undone.Id} signed before {leg.Id}", "never");
    }

    private static ImmutableArray<Outgoing> OutflowOf(AuthorisationFacts facts)
    {
        var outflow = Outflow.Of(facts.Packet, facts.Bounds, facts.Own, facts.Governance, out var refusal)
            ?? throw new InvalidOperationException($"A packet that was allowed has no outflow: {refusal}");
        return [.. outflow.Gross().Select(static share => new Outgoing(share.Asset, share.Tier, share.Amount) { Mandate = share.Mandate })];
    }

    private static Rejection Refusal(Assessment assessment, Instant earliest)
    {
        ImmutableArray<string> reasons = [.. assessment.Reasons.Select(static reason => $"{reason.Step} {reason.Rule}: {reason.Detail}")];
        return assessment.Verdict switch
        {
            Verdict.Denied => assessment.Denial! with { Reasons = reasons },
            Verdict.NeedsVotes => new(
                RejectionCode.QuorumMissing,
                $"{assessment.Required.Approvals} approvals of {assessment.Required.Eligible}",
                $"{assessment.Counted.Length}: {string.Join(", ", assessment.Counted)}",
                reasons),
            Verdict.Held => new(RejectionCode.RiskHeld, "a released case", "held", reasons),
            Verdict.TimeLocked => new(RejectionCode.TimelockRunning, $"from {assessment.UnlocksAt}", earliest.ToString(), reasons),
            _ => throw new UnreachableException($"No refusal for {assessment.Verdict}."),
        };
    }
}
