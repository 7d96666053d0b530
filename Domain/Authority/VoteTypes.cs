using TPWallet.Crypto;

namespace TPWallet.Domain.Authority;

/// <summary>
/// The EIP-712 struct types of votes, written as EIP-712's encodeType writes them. They are contracts: a changed type is a new domain version.
/// Instants are milliseconds since 1970, amounts base units; an absent threshold reads "none".
/// </summary>
internal static class VoteTypes
{
    internal const string Frame =
        "int64 policyVersion,bytes32 policyHash,bytes32 rosterHash,string member,string device,int64 issuedAtUnixMs,int64 expiresAtUnixMs,"
        + "bytes32 accountHead";

    internal const string Change = "string decision,bytes32 account,string change,int64 sequence,string proposer,int64 proposedAtUnixMs,";

    internal const string Plan = "string[] after,string group,string confirmations,string compensates,string replaces,string consumedBy,";

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Packet { get; } = Types(
        ("PacketVote", "string decision,bytes32 account,string packet,int64 revision,string proposer,Transfer[] transfers,Call[] calls,"
            + "LedgerTransfer[] ledgerTransfers,Allocation[] allocations,Bounds bounds,int64 openBeforeUnixMs,int64 settleBeforeUnixMs,"
            + "string compensateBefore,bytes32 packetHash,bytes32 effectDigest," + Frame),
        ("Transfer", "string leg," + Plan + "string chain,address from,address to,string asset,uint256 amount,uint256 maxFee"),
        ("Call", "string leg," + Plan + "string chain,address from,address to,uint256 value,bytes4 method,bytes32 dataHash,"
            + "AssetAmount[] maxSpent,AssetAmount[] minReceived,uint256 maxFee"),
        ("LedgerTransfer", "string leg," + Plan + "bytes32 to,string asset,uint256 amount"),
        ("Allocation", "string asset,uint256 input,uint256 operatorFee,Share[] shares,string remainder"),
        ("Share", "string leg,uint256 amount"),
        ("AssetAmount", "string asset,uint256 amount"),
        ("Bounds", "AddressBounds[] addresses,Allowance[] allowances,Target[] targets,Special[] special"),
        ("AddressBounds", "string chain,address at,AssetAmount[] maxOut,AssetAmount[] minIn"),
        ("Allowance", "string asset,address owner,address spender,uint256 max"),
        ("Target", "string chain,address at,bytes32 codeHash,string implementation,string delegate"),
        ("Special", "string effect,string leg,string detail"));

    /// <summary>Of a packet that pays several in one transaction: votes on any other packet keep the type that they always had.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> PacketWithPayments { get; } = Types(
        ("CoinPayments", "string leg," + Plan + "string chain,address from,Payee[] payees,uint256 maxFee"),
        ("Payee", "string form,bytes script,uint256 amount"))
        .AddRange(Packet).SetItem("PacketVote", [.. Packet["PacketVote"], new("coinPayments", "CoinPayments[]")]);

    /// <summary>Of a packet with legs over channels, and what is made instead of them.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> PacketWithChannels { get; } = OverChannels(Packet);

    /// <summary>Both.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> PacketWithPaymentsAndChannels { get; } = OverChannels(PacketWithPayments);

    /// <summary>Of a packet that gives rejected deposits back on a chain of the Bitcoin family, where the payee alone says nothing of that.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> PacketWithCoinReturns { get; } = Types(
        ("CoinReturn", "string leg,string chain,bytes32 transaction,int64 output"))
        .AddRange(Packet).SetItem("PacketVote", [.. Packet["PacketVote"], new("coinReturns", "CoinReturn[]")]);

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Policy { get; } = Types(
        ("PolicyVote", Change + "int64 version,Rule[] rules,Limit[] limits,ChangeRules changes,bool proposerVotes,bytes32 changeHash," + Frame),
        ("Rule", "string id,string effect,string[] kinds,string[] assets,string[] tiers,string destination,string above,Quorum quorum,"
            + "int64 timelockMs,bool separateDuties"),
        ("Limit", "string id,string asset,string[] tiers,string softSingle,string hardSingle,int64 windowMs,string softWindow,string hardWindow,"
            + "Quorum escalated"),
        ("ChangeRules", "Quorum roster,int64 rosterTimelockMs,Quorum policy,int64 policyTimelockMs,Quorum allowList,int64 allowListDelayMs,"
            + "Quorum unfreeze,int64 newDevicePeriodMs"),
        ("Quorum", "int64 approvals,string eligible"));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Roster { get; } = Types(
        ("RosterVote", Change + "int64 version,Member[] members,bytes32 changeHash," + Frame),
        ("Member", "string id,string roles,Device[] devices"),
        ("Device", "string id,string scheme,bytes publicKey,int64 addedAtUnixMs"));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> AllowList { get; } = Types(
        ("AllowListVote", Change + "string action,string chain,string destination,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Unfreeze { get; } = Types(
        ("UnfreezeVote", Change + "int64 freezeNumber,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> ResumeLane { get; } = Types(
        ("ResumeLaneVote", Change + "string chain,address lane,bytes32 foreignTransaction,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Risk { get; } = Types(
        ("RiskVote", Change + "string mode,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Channels { get; } = Types(
        ("ChannelsVote", Change + "string key,string chain,address manager,address token,uint256 mostDeposited,address payout,uint256 mostFees,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> CoinChannels { get; } = Types(
        ("CoinChannelsVote", Change + "string key,string chain,int64 mostFundedSat,int64 mostFeeratePerKw,bytes payout,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> ChannelsEnd { get; } = Types(
        ("ChannelsEndVote", Change + "string key,bytes32 changeHash," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Freeze { get; } = Types(
        ("FreezeVote", "string decision,bytes32 account,int64 freezeNumber," + Frame));

    internal static IReadOnlyDictionary<string, IReadOnlyList<TypedField>> Genesis { get; } = Types(
        ("Genesis", "bytes32 account,string tenant,string member,string device"));

    private static ImmutableSortedDictionary<string, IReadOnlyList<TypedField>> OverChannels(IReadOnlyDictionary<string, IReadOnlyList<TypedField>> packet) => Types(
        ("ChannelPayment", "string leg," + Plan + "string key,string chain,address manager,string asset,uint256 amount,uint256 maxFee,int64 maxParts,int64 untilUnixMs,bytes32 payee,"
            + "address payeeKey,string invoice,bytes32 paymentHash,string insteadIfUnpaid"))
        .AddRange(packet).SetItem("PacketVote", [.. packet["PacketVote"], new("channelPayments", "ChannelPayment[]")]);

    private static ImmutableSortedDictionary<string, IReadOnlyList<TypedField>> Types(params ReadOnlySpan<(string Name, string Fields)> types)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, IReadOnlyList<TypedField>>(StringComparer.Ordinal);
        foreach (var (name, fields) in types)
            all.Add(name, [.. fields.Split(',').Select(field => field.Split(' ')).Select(parts => new TypedField(parts[1], parts[0]))]);
        return all.ToImmutable();
    }
}
