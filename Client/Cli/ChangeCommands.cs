using System.CommandLine;
using System.CommandLine.Parsing;
using Spectre.Console;
using TPWallet.Chains.Ethereum;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Client.Cli;

/// <summary>tpw change: what governs an account is proposed, voted on and vetoed by its members. Unfreezing is such a change.</summary>
internal static class ChangeCommands
{
    private static Option<bool> Yes => new("--yes") { Description = "Sign without asking; the change is still shown." };

    public static Command Create() => new("change", "Changes of policy, roster, allow-list and freeze.") { Propose(), Vote(), List() };

    private static Argument<Name> Change() => Session.NameArgument("change", "Name of the change.");

    private static Command Propose()
    {
        var (account, change) = (Session.AccountArgument(), Change());
        var (member, device, yes) = (DeviceCommands.Member, DeviceCommands.Device, Yes);
        var policy = new Option<string?>("--policy") { Description = "File with the next policy as JSON; its version is the one in force plus one." };
        var roster = new Option<string?>("--roster") { Description = "File with the next roster as JSON; its version is the one in force plus one." };
        var allow = Destination("--allow", "Lets payments to this destination through");
        var disallow = Destination("--disallow", "Takes this destination off the allow-list");
        var risk = new Option<RiskMode?>("--risk") { Description = "Enforced: what a payment's risk demands is demanded. Shadow: it is only shown." };
        var channels = new Option<string?>("--channels") { Description = "File with a mandate as JSON: which states of payment channels a channel key may sign." };
        var coinChannels = new Option<string?>("--coin-channels") { Description = "File with a mandate as JSON: what a channel key may sign for payment channels on a chain of the Bitcoin family." };
        var endChannels = new Option<Name?>("--end-channels")
        {
            Description = "Ends the mandate of this channel key.",
            CustomParser = static result => Session.Parse<Name>(result),
        };
        var unfreeze = new Option<bool>("--unfreeze") { Description = "Ends the freeze that is in force." };
        return new Command("propose", "Proposes one change, with the proposer's own vote.")
        {
            account, change, member, device, policy, roster, allow, disallow, risk, channels, coinChannels, endChannels, unfreeze, yes,
        }.Runs(async (session, cancellationToken) =>
        {
            var wallet = await session.WalletAsync(cancellationToken);
            var trusted = await Session.TrustAsync(wallet, session.Get(account), cancellationToken);
            List<AccountChange> asked = [];
            if (session.Find(policy) is { } rules) asked.Add(new AccountChange.NewPolicy(await Session.ReadAsync(rules, ContractJson.Default.Policy, cancellationToken)));
            if (session.Find(roster) is { } members) asked.Add(new AccountChange.NewRoster(await Session.ReadAsync(members, ContractJson.Default.Roster, cancellationToken)));
            if (session.Find(allow) is { } more) asked.Add(new AccountChange.AllowDestination(more));
            if (session.Find(disallow) is { } less) asked.Add(new AccountChange.DisallowDestination(less));
            if (session.Find(risk) is { } mode) asked.Add(new AccountChange.SetRisk(mode));
            if (session.Find(channels) is { } mandate) asked.Add(new AccountChange.GrantChannels(await Session.ReadAsync(mandate, ContractJson.Default.ChannelMandate, cancellationToken)));
            if (session.Find(coinChannels) is { } coins) asked.Add(new AccountChange.GrantCoinChannels(await Session.ReadAsync(coins, ContractJson.Default.CoinMandate, cancellationToken)));
            if (session.Find(endChannels) is { } ended) asked.Add(new AccountChange.RevokeChannels(ended));
            if (session.Find(unfreeze)) asked.Add(new AccountChange.Unfreeze(trusted.FreezeNumber));
            if (asked is not [var only]) throw new ArgumentException("Give one of --policy, --roster, --allow, --disallow, --risk, --channels, --coin-channels, --end-channels and --unfreeze.");
            var proposal = new ChangeProposal(
                session.Get(change), session.Get(account), trusted.Governance.ChangesEnacted + 1, only, session.Get(member), Session.Now);
            var vote = await SignAsync(session, trusted, proposal, VoteDecision.Approve, (member, device, yes), cancellationToken);
            var reply = await wallet.ProposeChangeAsync(session.Key, proposal, vote, cancellationToken);
            return session.Report.Reply(reply, session.Key, ("change", $"{proposal.Id}"), ("hash", $"{Canonical.Hash(proposal)}"));
        });
    }

    private static Command Vote()
    {
        var (account, change) = (Session.AccountArgument(), Change());
        var (member, device, yes) = (DeviceCommands.Member, DeviceCommands.Device, Yes);
        var veto = new Option<bool>("--veto") { Description = "Against it: one veto ends the change, also while its time lock runs." };
        return new Command("vote", "Checks a change on this device, shows it, and signs a vote.") { account, change, member, device, veto, yes }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var trusted = await Session.TrustAsync(wallet, session.Get(account), cancellationToken);
                var view = await wallet.ReadAccountAsync(session.Get(account), cancellationToken) ?? throw Session.NotFound($"account {session.Get(account)}");
                var open = view.Changes.FirstOrDefault(candidate => candidate.Proposal.Id == session.Get(change))
                    ?? throw Session.NotFound($"change {session.Get(change)} under way");
                var decision = session.Find(veto) ? VoteDecision.Veto : VoteDecision.Approve;
                var vote = await SignAsync(session, trusted, open.Proposal, decision, (member, device, yes), cancellationToken);
                var reply = await wallet.VoteOnChangeAsync(session.Key, session.Get(account), open.Proposal.Id, vote, cancellationToken);
                return session.Report.Reply(reply, session.Key, ("decision", $"{decision}"));
            });
    }

    private static Command List()
    {
        var account = Session.AccountArgument();
        return new Command("list", "Shows the changes under way.") { account }.Runs(async (session, cancellationToken) =>
        {
            var wallet = await session.WalletAsync(cancellationToken);
            var view = await wallet.ReadAccountAsync(session.Get(account), cancellationToken) ?? throw Session.NotFound($"account {session.Get(account)}");
            session.Report.Show(view.Changes, ContractJson.Default.ImmutableArrayPendingChange, console =>
            {
                var table = Report.Table("Changes under way", "change", "what", "proposed by", "approved by", "in force from");
                foreach (var change in view.Changes)
                {
                    Report.Row(
                        table, change.Proposal.Id.Value, Describe(change.Proposal.Change), change.Proposal.Proposer.Value,
                        string.Join(", ", change.Approvals), change.EnactableAt?.ToString());
                }

                console.Write(table);
            });
            return ExitCode.Done;
        });
    }

    /// <summary>Shows the change, asks, and signs: the device's own reading of it, never a hash that it was given.</summary>
    private static async Task<Vote> SignAsync(
        Session session, TrustedAccount trusted, ChangeProposal proposal, VoteDecision decision, (Option<Name> Member, Option<Name> Device, Option<bool> Yes) by,
        CancellationToken cancellationToken)
    {
        var console = session.Report.ErrorConsole;
        Report.Line(console, $"change    {proposal.Id}, number {proposal.Sequence} of {proposal.Account}, proposed by {proposal.Proposer}");
        Report.Line(console, $"what      {Describe(proposal.Change)}");
        Report.Line(console, $"vote      {decision} by {session.Get(by.Member)}/{session.Get(by.Device)}");
        if (!session.Find(by.Yes) && (Console.IsInputRedirected || !await session.AskAsync("Sign this?", cancellationToken)))
            throw new ArgumentException("Not signed: say yes, or give --yes.");
        var voter = await session.VoterAsync(session.Get(by.Member), session.Get(by.Device), cancellationToken);
        using var key = voter.Key;
        return new VoteBuilder(trusted, TimeProvider.System).OnChange(voter, proposal, decision).OrThrow();
    }

    private static string Describe(AccountChange change) => change switch
    {
        AccountChange.NewPolicy next => $"policy {next.Policy.Version}, hash {Canonical.Hash(next.Policy)}",
        AccountChange.NewRoster next => $"roster {next.Roster.Version}: {string.Join("; ", next.Roster.Members.Select(Describe))}",
        AccountChange.AllowDestination allow => $"allow {allow.Destination.Chain}:{allow.Destination.Destination}",
        AccountChange.DisallowDestination disallow => $"disallow {disallow.Destination.Chain}:{disallow.Destination.Destination}",
        AccountChange.Unfreeze unfreeze => $"end freeze {unfreeze.FreezeNumber}",
        AccountChange.ResumeLane lane => $"resume lane {lane.Address} on {lane.Chain} after {lane.ForeignTx}",
        AccountChange.SetRisk risk => $"risk {risk.Mode}",
        AccountChange.GrantChannels { Mandate: var mandate } =>
            $"let key {mandate.Key} sign for channels of {mandate.Manager} on {mandate.Chain} in {mandate.Token}, up to {mandate.MostDeposited} deposited in each, "
            + $"paid out to {mandate.Payout}, with fees of up to {mandate.MostFees} wei a day without a vote",
        AccountChange.GrantCoinChannels { Mandate: var mandate } =>
            $"let key {mandate.Key} sign for payment channels on {mandate.Chain}, with up to {mandate.MostFundedSat} satoshis of the account's in each, feerates of up to "
            + $"{mandate.MostFeeratePerKw} satoshis per 1000 weight units, paid out to script {mandate.Payout}",
        AccountChange.RevokeChannels revoked => $"end the mandate of channel key {revoked.Key}",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Describe(Member member) =>
        $"{member.Id} ({member.Roles}): {string.Join(", ", member.Devices.Select(static device => $"{device.Id} {device.Scheme} {device.PublicKey}"))}";

    private static Option<AllowedDestination?> Destination(string name, string description) => new(name)
    {
        Description = $"{description}: CAIP-10, such as eip155:1:0x…, or tpw:ledger:ACCOUNT.",
        CustomParser = Parse,
    };

    private static AllowedDestination? Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ChainId.TryParse(text[..colon], out var chain))
        {
            result.AddError($"\"{text}\" is not a destination such as eip155:1:0x…");
            return null;
        }

        if (chain == ChainId.Ledger && AccountId.TryParse(text[(colon + 1)..], out var account)) return new(chain, account.ToString());
        if (chain.IsEvm && EthereumAddress.Parse(text[(colon + 1)..]).TryGet(out var address, out var refusal)) return new(chain, address.ToString());
        if (chain.IsBitcoin && CoinScript.Parse(chain, text[(colon + 1)..]) is Answer<HexBytes>.Given { Value: var script })
            return new(chain, new CoinPayee(script, UInt256.One).Destination);
        result.AddError($"\"{text[(colon + 1)..]}\" is no destination on {chain}: an address (with its checksum, or in lower case) or an account id.");
        return null;
    }
}
