using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Client.Devices;

/// <summary>
/// Builds and signs votes on the device. Nothing is signed by a hash that somebody gave: content hash, effect digest, roster and policy hash are worked
/// out here from what is shown, and compared with what the silo claims; any difference refuses.
/// </summary>
/// <param name="account">Checked by this device (<see cref="TrustedAccount.Check"/>).</param>
/// <param name="clock">The device's time.</param>
public sealed class VoteBuilder(TrustedAccount account, TimeProvider clock)
{
    /// <summary>How long a vote lives unless its subject ends sooner.</summary>
    public static Span DefaultLife { get; } = Span.Hours(24);

    /// <summary>A vote on a packet as its view shows it.</summary>
    public Answer<Vote> OnPacket(Voter voter, PacketView view, VoteDecision decision = VoteDecision.Approve, Span? life = null)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (CheckPacket(view) is { } rejection) return new Answer<Vote>.Refused(rejection);
        var until = Now + (life ?? DefaultLife);
        return Sign(
            voter, new VoteSubject.Packet(view.Content, view.Bounds!), decision, until > view.Content.OpenBefore ? view.Content.OpenBefore : until);
    }

    /// <summary>A vote on a change of roster, policy, allow-list or freeze.</summary>
    public Answer<Vote> OnChange(Voter voter, ChangeProposal proposal, VoteDecision decision = VoteDecision.Approve, Span? life = null)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        return ChangeCheck.Admit(account.Governance, proposal) is { } rejection
            ? new Answer<Vote>.Refused(rejection)
            : Sign(voter, new VoteSubject.Change(proposal), decision, Now + (life ?? DefaultLife));
    }

    /// <summary>Freezes the account: one member's vote is enough.</summary>
    public Answer<Vote> Freeze(Voter voter, Span? life = null) => Sign(
        voter,
        new VoteSubject.Freeze(account.Governance.Account, account.FreezeNumber + 1),
        VoteDecision.Approve,
        Now + (life ?? DefaultLife));

    private Instant Now => new(clock.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>The view must be of this account, say of itself what it is, and be judged under the governance in force.</summary>
    private Rejection? CheckPacket(PacketView view)
    {
        var governance = account.Governance;
        if (view.Content.Ref != view.Ref || view.Ref.Owner != governance.Account)
            return new(RejectionCode.VoteWrongSubject, $"a packet of {governance.Account}", $"packet {view.Content.Ref.Key}");
        if (PacketForm.Check(view.Content) is { } malformed) return malformed;
        if (view.Bounds is not { } bounds || view.Assessment is not { } assessment)
            return new(RejectionCode.WrongState, "a packet that was simulated and assessed", $"state {view.State}");
        return Differs("content hash", Canonical.Hash(view.Content), view.ContentHash)
            ?? Differs("effect digest", Bounds.Digest(bounds), view.EffectDigest)
            ?? Differs("deployment", governance.Genesis.Deployment, assessment.Deployment)
            ?? Differs("roster hash", governance.RosterHash, assessment.RosterHash)
            ?? Differs("policy hash", governance.PolicyHash, assessment.PolicyHash)
            ?? (assessment.Verdict == Verdict.Denied ? assessment.Denial : null);
    }

    private Answer<Vote> Sign(Voter voter, VoteSubject subject, VoteDecision decision, Instant expiresAt)
    {
        ArgumentNullException.ThrowIfNull(voter);
        var device = account.Governance.Roster.Member(voter.Member)?.Device(voter.Device);
        if (device is null || device.Scheme != voter.Key.Scheme || device.PublicKey != voter.Key.PublicKey)
        {
            return new Answer<Vote>.Refused(
                new(RejectionCode.UnknownDevice, $"this key as {voter.Member}/{voter.Device} of the roster in force", device is null ? "no such device" : "another key"));
        }

        var content = subject.Draft(account.Terms, decision, voter.Member, voter.Device, Now, expiresAt, account.Head);
        var vote = new Vote(content, voter.Key.Sign(subject.TypedData(account.Terms.Deployment, content).Digest()));

        // The same check that account and signer make: what they would refuse, the device does not send.
        return VoteCheck.Check(vote, subject, account.Terms, Stamp.At(Now)) is { } rejection
            ? new Answer<Vote>.Refused(rejection)
            : new Answer<Vote>.Given(vote);
    }

    private static Rejection? Differs(string what, Bytes32 expected, Bytes32? actual) =>
        expected == actual ? null : new(RejectionCode.VoteVoid, $"{what} {expected}", $"{what} {actual?.ToString() ?? "absent"}");
}
