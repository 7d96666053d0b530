using TPWallet.Crypto;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Evidence;

/// <summary>
/// Checks a packet's whole story, pure and offline, from the account id alone:
/// <code>
/// genesis = account id, with consent → lineage replayed → the signer's attestations → every vote's signature and binding
///         → policy satisfied → each transaction realises its leg, by an attested address, in a proved block
///         → journals chained and saying the same
/// </code>
/// The limits' windows are not part of a pack, so a quorum that only a full window demanded is not seen here.
/// </summary>
public static class EvidenceVerifier
{
    /// <param name="account">What the reader knows and trusts; nothing else is believed.</param>
    /// <param name="chain">The chains' own rules (Chains).</param>
    public static EvidenceVerdict Verify(AccountId account, EvidencePack pack, IChainEvidence chain)
    {
        if (pack.Schema != EvidencePack.CurrentSchema)
            return Refuse("genesis", new(RejectionCode.UnsupportedKind, $"schema {EvidencePack.CurrentSchema}", $"{pack.Schema}"));
        if (GenesisCheck.Check(account, pack.Genesis, pack.Proofs) is { } genesis) return Refuse("genesis", genesis);
        var replayed = Lineage.Replay(pack.Genesis, pack.Lineage);
        if (replayed is Replayed.Broken broken) return Refuse("lineage", broken.Rejection);
        var governance = ((Replayed.Whole)replayed).Governance;
        if (CheckAttestations(account, pack) is { } attestation) return Refuse("attestation", attestation);
        if (CheckVotes(pack, governance) is { } vote) return Refuse("votes", vote);
        var assessment = Assess(pack, governance);
        if (assessment.Verdict is Verdict.Denied or Verdict.NeedsVotes or Verdict.Held)
            return Refuse(
                "policy",
                assessment.Denial ?? new(RejectionCode.QuorumMissing, $"{assessment.Required.Approvals} approvals", $"{assessment.Counted.Length}"));
        if (ProveLegs(pack, assessment, chain, out var leg) is not { } proved) return Refuse("legs", leg!);
        if (EvidenceJournals.Check(account, pack, proved) is { } journal) return Refuse("journal", journal);
        return new EvidenceVerdict.Proved(
            pack.Packet.Ref,
            pack.Attestations.Select(static a => a.SignerIdentity).FirstOrDefault(),
            assessment.Counted,
            [.. proved.Select(static entry => entry.Proof)],
            pack.Packet.Legs.Count(static candidate => candidate is Leg.LedgerTransfer { Compensates: null }),
            pack.Lineage.Length,
            pack.Journals.Sum(static stream => stream.Rows.Length));
    }

    private static EvidenceVerdict.Refused Refuse(string step, Rejection rejection) => new(step, rejection);

    private static Rejection? CheckAttestations(AccountId account, EvidencePack pack)
    {
        foreach (var attestation in pack.Attestations)
        {
            if (attestation.Account != account)
                return new(RejectionCode.VoteWrongSubject, $"an address of {account}", $"an address of {attestation.Account}");
            if (attestation.SignerIdentity != pack.Attestations[0].SignerIdentity)
                return new(RejectionCode.BadSignature, "one signer", $"{attestation.SignerIdentity} too");
            if (!Ed25519.Verify(attestation.SignerIdentity.Span, Canonical.Hash(attestation).ToArray(), attestation.Signature.Span))
                return new(RejectionCode.BadSignature, $"the signer's signature for {attestation.Address}", "another signature");
        }

        return null;
    }

    private static Rejection? CheckVotes(EvidencePack pack, Governance governance)
    {
        var subject = new VoteSubject.Packet(pack.Packet, pack.Bounds);
        var terms = VoteTerms.Of(governance);
        foreach (var vote in pack.Votes)
            if (VoteCheck.Check(vote, subject, terms, Stamp.At(vote.Content.IssuedAt)) is { } refusal) return refusal;
        return null;
    }

    private static Assessment Assess(EvidencePack pack, Governance governance)
    {
        var newest = pack.Votes.IsEmpty ? new Instant(0) : pack.Votes.Max(static vote => vote.Content.IssuedAt);
        var own = pack.Attestations.Select(static attestation => new OwnAddress(attestation.Chain, attestation.Address, attestation.Tier));
        return Authorisation.Assess(new(
            governance, Frozen: false, [.. own], LimitWindows.Empty, pack.Packet, pack.Bounds, pack.Votes, newest, Stamp.At(newest))
        {
            Risk = EvidenceJournals.RiskOf(pack),
        });
    }

    private static ImmutableArray<(Name Leg, ProvedLeg Proof)>? ProveLegs(
        EvidencePack pack, Assessment assessment, IChainEvidence chain, out Rejection? refusal)
    {
        refusal = null;
        var proved = ImmutableArray.CreateBuilder<(Name Leg, ProvedLeg Proof)>();

        // A compensation proves what it did, and so does what is made instead of a payment over channels; most never run.
        var legs = pack.Packet.Legs.Where(leg => leg.IsOnChain && ((leg.Compensates is null && LegPlan.InsteadOf(leg) is null) || pack.Legs.Any(run => run.Leg == leg.Id)))
            .ToImmutableArray();
        if (legs.Length != pack.Legs.Length) refusal = new(RejectionCode.LegMismatch, $"{legs.Length} transactions", $"{pack.Legs.Length}");
        foreach (var leg in legs)
        {
            if (refusal is not null) return null;
            if (pack.Legs.FirstOrDefault(candidate => candidate.Leg == leg.Id) is not { } evidence)
            {
                refusal = new(RejectionCode.LegMismatch, $"the transaction of {leg.Id}", "none");
                return null;
            }

            if (chain.Prove(leg, evidence, out refusal) is not { } proof) return null;
            refusal = CheckProof(pack, assessment, leg.Id, proof);
            proved.Add((leg.Id, proof));
        }

        return refusal is null ? proved.ToImmutable() : null;
    }

    private static Rejection? CheckProof(EvidencePack pack, Assessment assessment, Name leg, ProvedLeg proof)
    {
        if (!pack.Attestations.Any(attestation => attestation.Chain == proof.Chain && attestation.Address == proof.From))
            return new(RejectionCode.KeyUnknown, "an address that the signer attested", $"{proof.From}");
        if (!proof.Succeeded) return new(RejectionCode.ProofInvalid, $"{leg} succeeded", "it reverted");
        // Blocks count in seconds and their clocks may lead; the lock itself is enforced by the signer's clock, this only exposes a gross breach.
        return assessment.UnlocksAt is { } unlocks && proof.BlockTime + VoteCheck.MaxClockLead < unlocks
            ? new(RejectionCode.TimelockRunning, $"mined after {unlocks}", $"{proof.BlockTime}")
            : null;
    }
}
