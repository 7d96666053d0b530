using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Signer.Checks;

/// <summary>What can be said of a request by itself: counts, and that its parts belong to one account.</summary>
internal static class RequestForm
{
    /// <summary>Most enacted changes of one lineage.</summary>
    public const int MaxLineage = 2048;

    /// <summary>Most votes on one subject: two for each of the most members that a roster has.</summary>
    public const int MaxVotes = 2 * Roster.MaxMembers;

    public static Rejection? Check(SignRequest request)
    {
        var bundle = request.Authorisation;
        if (request.RequestId == Guid.Empty) return new(RejectionCode.Malformed, "a request id", "none");
        if (!request.Chain.HasNodes) return new(RejectionCode.UnsupportedKind, "an EVM or a Bitcoin chain", request.Chain.Value);
        return CheckGenesis(bundle.Genesis)
            ?? CheckCount("legs", bundle.Packet.Legs.Length, PacketContent.MaxLegs)
            ?? CheckBundle(bundle.Genesis, bundle.Lineage, bundle.Votes, bundle.Packet.Ref.Owner);
    }

    public static Rejection? Check(AnnounceRequest request)
    {
        if (request.Change is not null && request.Packet is not null) return new(RejectionCode.Malformed, "one subject", "a change and a packet");
        if (request.Packet is null != request.Bounds is null) return new(RejectionCode.Malformed, "a packet with its bounds", "one without the other");
        return CheckGenesis(request.Genesis)
            ?? CheckCount("legs", request.Packet?.Legs.Length ?? 0, PacketContent.MaxLegs)
            ?? CheckBundle(request.Genesis, request.Lineage, request.Votes, request.Packet?.Ref.Owner ?? request.Change?.Account);
    }

    public static Rejection? Check(TakeChannelRequest request) =>
        CheckGenesis(request.Genesis) ?? CheckBundle(request.Genesis, request.Lineage, [], null);

    public static Rejection? Check(TakeCoinChannelRequest request) =>
        CheckGenesis(request.Genesis) ?? CheckBundle(request.Genesis, request.Lineage, [], null);

    /// <summary>The counts that the hash is worked out over; what the genesis says is judged by GenesisCheck, at a key's creation and in each replay.</summary>
    public static Rejection? CheckGenesis(Genesis genesis) =>
        CheckCount("members", genesis.Members.Length, Roster.MaxMembers)
        ?? CheckCount("rules", genesis.Policy.Rules.Length, Policy.MaxRules)
        ?? CheckCount("limits", genesis.Policy.Limits.Length, Policy.MaxLimits);

    private static Rejection? CheckBundle(Genesis genesis, ImmutableArray<EnactedChange> lineage, ImmutableArray<Vote> votes, AccountId? owner)
    {
        var tooMany = CheckCount("changes", lineage.Length, MaxLineage) ?? CheckCount("votes", votes.Length, MaxVotes);
        if (tooMany is not null) return tooMany;
        var account = Canonical.AccountId(genesis);
        return owner is null || owner == account ? null : new(RejectionCode.GenesisMismatch, $"the genesis of {owner}", $"the genesis of {account}");
    }

    private static Rejection? CheckCount(string what, int count, int most) =>
        count <= most ? null : new(RejectionCode.TooLarge, $"at most {most} {what}", $"{count}");
}
