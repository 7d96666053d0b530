using System.Globalization;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>What a vote is on, with all that its digest covers.</summary>
public abstract record VoteSubject
{
    private VoteSubject()
    {
    }

    /// <summary>A packet with the bounds that its simulation gave.</summary>
    public sealed record Packet(PacketContent Content, EffectBounds Effects) : VoteSubject;

    /// <summary>A change of roster, policy, allow-list or freeze.</summary>
    public sealed record Change(ChangeProposal Proposal) : VoteSubject;

    /// <summary>A freeze; <paramref name="Number"/> is the number that it will have (freezes so far plus one).</summary>
    public sealed record Freeze(AccountId Account, int Number) : VoteSubject;

    public AccountId Owner => this switch
    {
        Packet packet => packet.Content.Ref.Owner,
        Change change => change.Proposal.Account,
        Freeze freeze => freeze.Account,
        _ => throw new UnreachableException(),
    };

    public VotePurpose Purpose => this switch
    {
        Packet => VotePurpose.Packet,
        Freeze => VotePurpose.Freeze,
        Change change => change.Proposal.Change switch
        {
            AccountChange.NewPolicy => VotePurpose.Policy,
            AccountChange.NewRoster => VotePurpose.Roster,
            AccountChange.AllowDestination or AccountChange.DisallowDestination => VotePurpose.AllowList,
            AccountChange.Unfreeze => VotePurpose.Unfreeze,
            AccountChange.ResumeLane => VotePurpose.ResumeLane,
            AccountChange.SetRisk => VotePurpose.Risk,
            AccountChange.GrantChannels => VotePurpose.Channels,
            AccountChange.RevokeChannels => VotePurpose.ChannelsEnd,
            AccountChange.GrantCoinChannels => VotePurpose.CoinChannels,
            _ => throw new UnreachableException(),
        },
        _ => throw new UnreachableException(),
    };

    /// <summary>Packet id, change id, or the freeze number in digits.</summary>
    public Name SubjectId => this switch
    {
        Packet packet => packet.Content.Ref.Id,
        Change change => change.Proposal.Id,
        Freeze freeze => freeze.Number.ToString(CultureInfo.InvariantCulture),
        _ => throw new UnreachableException(),
    };

    /// <summary>Canonical hash of packet content or change proposal; zero for a freeze, which its number names completely.</summary>
    public Bytes32 SubjectHash() => this switch
    {
        Packet packet => Canonical.Hash(packet.Content),
        Change change => Canonical.Hash(change.Proposal),
        Freeze => Bytes32.Zero,
        _ => throw new UnreachableException(),
    };

    /// <summary>Digest of the effect bounds of a packet; zero otherwise.</summary>
    public Bytes32 EffectDigest() => this is Packet packet ? Bounds.Digest(packet.Effects) : Bytes32.Zero;

    /// <summary>The content of a vote on this subject under the given terms, ready to be signed (<see cref="TypedData"/>).</summary>
    public VoteContent Draft(
        VoteTerms terms, VoteDecision decision, Name member, Name device, Instant issuedAt, Instant expiresAt, Bytes32 accountHead) => new(
        Purpose, Owner, SubjectId, SubjectHash(), terms.PolicyVersion, terms.PolicyHash, terms.RosterHash, EffectDigest(), decision, member, device,
        issuedAt, expiresAt, accountHead);

    /// <summary>What the device signs.</summary>
    /// <exception cref="ArgumentException">The subject exceeds what typed data holds.</exception>
    public TypedData TypedData(Bytes32 deployment, VoteContent vote) => this switch
    {
        Packet packet => VoteTypedData.For(deployment, vote, packet.Content, packet.Effects),
        Change change => VoteTypedData.For(deployment, vote, change.Proposal),
        Freeze freeze => VoteTypedData.ForFreeze(deployment, vote, freeze.Number),
        _ => throw new UnreachableException(),
    };
}

/// <summary>What a vote must bind and who may cast it: the governance in force, as far as a vote knows it.</summary>
public sealed record VoteTerms(AccountId Account, Bytes32 Deployment, Roster Roster, Bytes32 RosterHash, int PolicyVersion, Bytes32 PolicyHash)
{
    public static VoteTerms Of(Governance governance) => new(
        governance.Account,
        governance.Genesis.Deployment,
        governance.Roster,
        governance.RosterHash,
        governance.Policy.Version,
        governance.PolicyHash);

    /// <summary>From the account's judgement, as the packet holds it.</summary>
    public static VoteTerms Of(AccountId account, Assessment assessment) => new(
        account, assessment.Deployment, assessment.Roster, assessment.RosterHash, assessment.PolicyVersion, assessment.PolicyHash);
}
