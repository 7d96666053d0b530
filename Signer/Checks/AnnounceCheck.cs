using System.Globalization;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>What an announcement comes to: known already, refused, or facts to keep first.</summary>
internal sealed record AnnounceDecision(Rejection? Refusal, Announcement? Known, ImmutableArray<Fact> Learnt)
{
    public static implicit operator AnnounceDecision(Rejection refusal) => new(refusal, null, []);

    public static implicit operator AnnounceDecision(Announcement known) => new(null, known, []);
}

/// <summary>
/// May a subject's clock start? At least one good vote under the governance in force is needed, so that nobody but the members can start one.
/// Without change and packet the votes are a freeze: a good one stops new spending here at once.
/// </summary>
internal static class AnnounceCheck
{
    public static AnnounceDecision Decide(AnnounceRequest request, AccountId account, IFactStore store, LineageBook lineages, SignerTime time)
    {
        // A freeze is defence and waits for no clock.
        if (time.Doubt is { } doubt && (request.Packet is not null || request.Change is not null)) return doubt;
        var accepted = lineages.Accept(request.Genesis, request.Lineage, time.Stamp);
        if (accepted.Refusal is { } refusal && time.Doubt is not null) return refusal;
        if (accepted.Refusal is not null || accepted.Learnt.Length > 0) return new(accepted.Refusal, null, accepted.Learnt);
        var governance = accepted.Governance!;
        var freezes = FreezeBook.Read(store, account, request.Lineage);
        VoteSubject subject = request switch
        {
            { Packet: { } packet } => new VoteSubject.Packet(packet, request.Bounds!),
            { Change: { } change } => new VoteSubject.Change(change),
            _ => new VoteSubject.Freeze(account, freezes.Next),
        };
        // The freeze in force, told again.
        if (subject is VoteSubject.Freeze && freezes.Since is { } since && request.Votes.Any(vote => vote.Content.SubjectId == freezes.LastName))
            return new Announcement(Bytes32.Zero, since);
        if (request.Change is { } proposed && ChangeCheck.Admit(governance, proposed) is { } inadmissible) return inadmissible;
        if (Known(subject, account, store) is { } known) return known;
        var tally = VoteTally.Count(request.Votes, subject, VoteTerms.Of(governance), time.Stamp);
        if (tally.Approvals.IsEmpty)
            return tally.Refused.IsEmpty ? new Rejection(RejectionCode.QuorumMissing, "at least one vote", "none") : tally.Refused[0];
        return new(null, null, [subject is VoteSubject.Freeze freeze
            ? new Fact.Frozen(account, freeze.Number)
            : new Fact.SubjectSeen(account, subject.SubjectHash(), subject.EffectDigest())]);
    }

    private static Announcement? Known(VoteSubject subject, AccountId account, IFactStore store)
    {
        if (subject is VoteSubject.Freeze) return null;
        var hash = subject.SubjectHash();
        return store.FirstSeen(account, hash, subject.EffectDigest()) is { } seen ? new Announcement(hash, seen) : null;
    }
}
