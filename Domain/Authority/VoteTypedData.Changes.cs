using TPWallet.Crypto;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Authority;

public static partial class VoteTypedData
{
    private static TypedValue Message(VoteContent vote, ChangeProposal proposal) => TypedValue.StructOf([
        ("decision", Text(vote.Decision)),
        ("account", Hash(proposal.Account.Hash)),
        ("change", Text(proposal.Id)),
        ("sequence", TypedValue.Of(proposal.Sequence)),
        ("proposer", Text(proposal.Proposer)),
        ("proposedAtUnixMs", TypedValue.Of(proposal.ProposedAt.UnixMs)),
        .. Details(proposal.Change),
        ("changeHash", Hash(Canonical.Hash(proposal))),
        .. Frame(vote)]);

    private static IEnumerable<(string Name, TypedValue Value)> Details(AccountChange change) => change switch
    {
        AccountChange.NewPolicy next =>
        [
            ("version", TypedValue.Of(next.Policy.Version)),
            ("rules", TypedValue.ArrayOf(next.Policy.Rules.Select(Rule))),
            ("limits", TypedValue.ArrayOf(next.Policy.Limits.Select(Limit))),
            ("changes", Rules(next.Policy.Changes)),
            ("proposerVotes", TypedValue.Of(next.Policy.ProposerVotes)),
        ],
        AccountChange.NewRoster next =>
        [
            ("version", TypedValue.Of(next.Roster.Version)),
            ("members", TypedValue.ArrayOf(next.Roster.Members.Select(MemberValue))),
        ],
        AccountChange.AllowDestination next => Destination("allow", next.Destination),
        AccountChange.DisallowDestination next => Destination("disallow", next.Destination),
        AccountChange.Unfreeze next => [("freezeNumber", TypedValue.Of(next.FreezeNumber))],
        AccountChange.SetRisk next => [("mode", Text(next.Mode))],
        AccountChange.GrantChannels { Mandate: var mandate } =>
        [
            ("key", Text(mandate.Key)), ("chain", Text(mandate.Chain)), ("manager", Address(mandate.Manager)), ("token", Address(mandate.Token)),
            ("mostDeposited", TypedValue.Of(mandate.MostDeposited)), ("payout", Address(mandate.Payout)), ("mostFees", TypedValue.Of(mandate.MostFees)),
        ],
        AccountChange.RevokeChannels next => [("key", Text(next.Key))],
        AccountChange.GrantCoinChannels { Mandate: var mandate } =>
        [
            ("key", Text(mandate.Key)), ("chain", Text(mandate.Chain)), ("mostFundedSat", TypedValue.Of(mandate.MostFundedSat)),
            ("mostFeeratePerKw", TypedValue.Of(mandate.MostFeeratePerKw)), ("payout", TypedValue.Of(mandate.Payout.Span)),
        ],
        AccountChange.ResumeLane next => [("chain", Text(next.Chain)), ("lane", Address(next.Address)), ("foreignTransaction", Hash(next.ForeignTx))],
        _ => throw new UnreachableException($"No such change: {change.GetType().Name}."),
    };

    private static IEnumerable<(string Name, TypedValue Value)> Destination(string action, AllowedDestination destination) =>
    [
        ("action", TypedValue.Of(action)),
        ("chain", Text(destination.Chain)),
        ("destination", TypedValue.Of(destination.Destination)),
    ];

    private static TypedValue Rule(PolicyRule rule) => TypedValue.StructOf(
        ("id", Text(rule.Id)),
        ("effect", Text(rule.Effect)),
        ("kinds", Texts(rule.When.Kinds)),
        ("assets", Texts(rule.When.Assets)),
        ("tiers", Texts(rule.When.Tiers)),
        ("destination", Text(rule.When.Destination)),
        ("above", Threshold(rule.When.Above)),
        ("quorum", QuorumValue(rule.Quorum)),
        ("timelockMs", TypedValue.Of(rule.Timelock.Ms)),
        ("separateDuties", TypedValue.Of(rule.SeparateDuties)));

    private static TypedValue Limit(LimitRule limit) => TypedValue.StructOf(
        ("id", Text(limit.Id)),
        ("asset", Text(limit.Asset)),
        ("tiers", Texts(limit.Tiers)),
        ("softSingle", Threshold(limit.SoftSingle)),
        ("hardSingle", Threshold(limit.HardSingle)),
        ("windowMs", TypedValue.Of(limit.Window.Ms)),
        ("softWindow", Threshold(limit.SoftWindow)),
        ("hardWindow", Threshold(limit.HardWindow)),
        ("escalated", QuorumValue(limit.Escalated)));

    private static TypedValue Rules(ChangeRules rules) => TypedValue.StructOf(
        ("roster", QuorumValue(rules.Roster)),
        ("rosterTimelockMs", TypedValue.Of(rules.RosterTimelock.Ms)),
        ("policy", QuorumValue(rules.Policy)),
        ("policyTimelockMs", TypedValue.Of(rules.PolicyTimelock.Ms)),
        ("allowList", QuorumValue(rules.AllowList)),
        ("allowListDelayMs", TypedValue.Of(rules.AllowListDelay.Ms)),
        ("unfreeze", QuorumValue(rules.Unfreeze)),
        ("newDevicePeriodMs", TypedValue.Of(rules.NewDevicePeriod.Ms)));

    private static TypedValue QuorumValue(Quorum quorum) => TypedValue.StructOf(
        ("approvals", TypedValue.Of(quorum.Approvals)), ("eligible", Text(quorum.Eligible)));

    private static TypedValue MemberValue(Member member) => TypedValue.StructOf(
        ("id", Text(member.Id)),
        ("roles", Text(member.Roles)),
        ("devices", TypedValue.ArrayOf(member.Devices.Select(device => TypedValue.StructOf(
            ("id", Text(device.Id)),
            ("scheme", Text(device.Scheme)),
            ("publicKey", TypedValue.Of(device.PublicKey.Span)),
            ("addedAtUnixMs", TypedValue.Of(device.AddedAt.UnixMs)))))));
}
