using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>
/// Whether one vote is a vote on this subject, now, by a device that may: subject, member, device, role, binding, life time, signature, in
/// that order. Whether it counts is the question of VoteTally and Authorisation.
/// </summary>
public static class VoteCheck
{
    /// <summary>Roles that count towards a quorum. Operator and Auditor never do (<see cref="Roles"/>).</summary>
    public const Roles Voting = Roles.Owner | Roles.Approver;

    /// <summary>How far a device's clock may be ahead of ours.</summary>
    public static Span MaxClockLead { get; } = Span.Seconds(300);

    /// <summary>Null if the vote is good; otherwise why not. Expiry is judged by <see cref="Stamp.Latest"/>.</summary>
    public static Rejection? Check(Vote vote, VoteSubject subject, VoteTerms terms, Stamp stamp)
    {
        var content = vote.Content;
        return CheckSubject(content, subject, terms)
            ?? CheckVoter(content, subject, terms, out var device)
            ?? CheckBinding(content, subject, terms)
            ?? CheckLife(content, stamp)
            ?? CheckSignature(vote, subject, terms, device!);
    }

    private static Rejection? CheckSubject(VoteContent content, VoteSubject subject, VoteTerms terms)
    {
        if (content.Purpose != subject.Purpose)
            return new(RejectionCode.VoteWrongSubject, $"a vote for {subject.Purpose}", $"a vote for {content.Purpose}");
        if (content.Account != subject.Owner || terms.Account != subject.Owner)
            return new(RejectionCode.VoteWrongSubject, $"account {subject.Owner}", $"account {content.Account}");
        if (content.SubjectId != subject.SubjectId)
            return new(RejectionCode.VoteWrongSubject, $"{subject.SubjectId}", $"{content.SubjectId}");
        return content.Decision is VoteDecision.Approve or VoteDecision.Veto
            ? null
            : new(RejectionCode.Malformed, "Approve or Veto", $"{content.Decision}");
    }

    private static Rejection? CheckVoter(VoteContent content, VoteSubject subject, VoteTerms terms, out Device? device)
    {
        device = null;
        if (terms.Roster.Member(content.Member) is not { } member)
            return new(RejectionCode.UnknownMember, "a member of the roster in force", $"{content.Member}");
        device = member.Device(content.Device);
        if (device is null)
            return new(RejectionCode.UnknownDevice, $"a device of {content.Member} in the roster in force", $"{content.Device}");

        // Any member may freeze and may veto a change: both only stop.
        var anyMember = subject is VoteSubject.Freeze || (subject is VoteSubject.Change && content.Decision == VoteDecision.Veto);
        return anyMember || (member.Roles & Voting) != 0
            ? null
            : new(RejectionCode.RoleMissing, $"{Voting}", $"{member.Roles}");
    }

    private static Rejection? CheckBinding(VoteContent content, VoteSubject subject, VoteTerms terms)
    {
        if (content.SubjectHash != subject.SubjectHash()) return Void("subject hash", subject.SubjectHash(), content.SubjectHash);
        if (content.EffectDigest != subject.EffectDigest()) return Void("effect digest", subject.EffectDigest(), content.EffectDigest);
        if (content.PolicyVersion != terms.PolicyVersion)
            return new(RejectionCode.VoteVoid, $"policy version {terms.PolicyVersion}", $"policy version {content.PolicyVersion}");
        if (content.PolicyHash != terms.PolicyHash) return Void("policy hash", terms.PolicyHash, content.PolicyHash);
        return content.RosterHash == terms.RosterHash ? null : Void("roster hash", terms.RosterHash, content.RosterHash);
    }

    private static Rejection Void(string what, Bytes32 expected, Bytes32 actual) =>
        new(RejectionCode.VoteVoid, $"{what} {expected}", $"{what} {actual}");

    private static Rejection? CheckLife(VoteContent content, Stamp stamp)
    {
        if (content.IssuedAt > stamp.Latest + MaxClockLead)
            return new(RejectionCode.VoteVoid, $"issued no later than {stamp.Latest + MaxClockLead}", $"issued at {content.IssuedAt}");
        return stamp.Latest < content.ExpiresAt && content.IssuedAt < content.ExpiresAt
            ? null
            : new(RejectionCode.VoteExpired, $"before {content.ExpiresAt}", $"{stamp.Latest}");
    }

    private static Rejection? CheckSignature(Vote vote, VoteSubject subject, VoteTerms terms, Device device)
    {
        Bytes32 digest;
        try
        {
            digest = subject.TypedData(terms.Deployment, vote.Content).Digest();
        }
        catch (ArgumentException tooLarge)
        {
            return new(RejectionCode.TooLarge, "a subject that typed data can hold", tooLarge.Message);
        }

        return SignatureCheck.Verify(device.Scheme, device.PublicKey, digest, vote.Signature)
            ? null
            : new(RejectionCode.VoteForged, $"a {device.Scheme} signature of {vote.Content.Member}/{device.Id} over {digest}", "another signature");
    }
}
