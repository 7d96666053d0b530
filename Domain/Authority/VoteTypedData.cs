using System.Globalization;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

/// <summary>
/// What a device signs, as EIP-712 typed data that a person can read: one primary type per purpose, domain {name "TPWallet", version "2", salt =
/// deployment id}, no chainId, since one packet spans chains. All hashes in it are worked out here from the subject itself,
/// never taken from the vote; so a device that builds the digest here signs what it shows.
/// </summary>
public static partial class VoteTypedData
{
    /// <summary>The typed data of a vote on a packet.</summary>
    /// <exception cref="ArgumentException">The packet exceeds what typed data holds; see PacketForm.</exception>
    public static TypedData For(Bytes32 deployment, VoteContent vote, PacketContent packet, EffectBounds bounds) =>
        new(Domain(deployment), "PacketVote", TypesOf(packet), Message(vote, packet, bounds));

    /// <summary>The typed data of a vote on a change of roster, policy, allow-list or freeze.</summary>
    /// <exception cref="ArgumentException">The change exceeds what typed data holds; see GenesisForm.</exception>
    public static TypedData For(Bytes32 deployment, VoteContent vote, ChangeProposal proposal)
    {
        var (primary, types) = proposal.Change switch
        {
            AccountChange.NewPolicy => ("PolicyVote", VoteTypes.Policy),
            AccountChange.NewRoster => ("RosterVote", VoteTypes.Roster),
            AccountChange.AllowDestination or AccountChange.DisallowDestination => ("AllowListVote", VoteTypes.AllowList),
            AccountChange.Unfreeze => ("UnfreezeVote", VoteTypes.Unfreeze),
            AccountChange.ResumeLane => ("ResumeLaneVote", VoteTypes.ResumeLane),
            AccountChange.SetRisk => ("RiskVote", VoteTypes.Risk),
            AccountChange.GrantChannels => ("ChannelsVote", VoteTypes.Channels),
            AccountChange.RevokeChannels => ("ChannelsEndVote", VoteTypes.ChannelsEnd),
            AccountChange.GrantCoinChannels => ("CoinChannelsVote", VoteTypes.CoinChannels),
            _ => throw new UnreachableException($"No such change: {proposal.Change.GetType().Name}."),
        };
        return new(Domain(deployment), primary, types, Message(vote, proposal));
    }

    /// <summary>The typed data of a freeze; <paramref name="number"/> is the number that the freeze will have.</summary>
    public static TypedData ForFreeze(Bytes32 deployment, VoteContent vote, int number) => new(
        Domain(deployment),
        "FreezeVote",
        VoteTypes.Freeze,
        TypedValue.StructOf([
            ("decision", Text(vote.Decision)), ("account", Hash(vote.Account.Hash)), ("freezeNumber", TypedValue.Of(number)), .. Frame(vote)]));

    /// <summary>What each initial device signs: the account id, with its own place in the genesis.</summary>
    public static TypedData ForGenesis(Genesis genesis, Name member, Name device) => new(
        Domain(genesis.Deployment),
        "Genesis",
        VoteTypes.Genesis,
        TypedValue.StructOf(
            ("account", Hash(Canonical.AccountId(genesis).Hash)),
            ("tenant", Text(genesis.Tenant)),
            ("member", Text(member)),
            ("device", Text(device))));

    /// <summary>The 32 bytes that the device signs.</summary>
    public static Bytes32 Digest(this TypedData data)
    {
        Span<byte> digest = stackalloc byte[Eip712.DigestLength];
        Eip712.Digest(data, digest);
        return Bytes32.From(digest);
    }

    private static TypedDataDomain Domain(Bytes32 deployment) => new(Name: "TPWallet", Version: "2", Salt: deployment.ToArray());

    private static IEnumerable<(string Name, TypedValue Value)> Frame(VoteContent vote) =>
    [
        ("policyVersion", TypedValue.Of(vote.PolicyVersion)),
        ("policyHash", Hash(vote.PolicyHash)),
        ("rosterHash", Hash(vote.RosterHash)),
        ("member", Text(vote.Member)),
        ("device", Text(vote.Device)),
        ("issuedAtUnixMs", TypedValue.Of(vote.IssuedAt.UnixMs)),
        ("expiresAtUnixMs", TypedValue.Of(vote.ExpiresAt.UnixMs)),
        ("accountHead", Hash(vote.AccountHead)),
    ];

    private static TypedValue Text<T>(T value) where T : struct =>
        TypedValue.Of(value is Enum name ? name.ToString() : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    private static TypedValue Texts<T>(IEnumerable<T> values) where T : struct => TypedValue.ArrayOf(values.Select(Text));

    private static TypedValue Hash(Bytes32 value) => TypedValue.Of(value.ToArray());

    private static TypedValue Address(Address value) => TypedValue.Of(value.ToArray());

    private static TypedValue Number(UInt256 value) => TypedValue.Of((System.Numerics.BigInteger)value);

    private static TypedValue Threshold(UInt256? value) => TypedValue.Of(value?.ToString() ?? "none");
}
