using System.CommandLine;
using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw operator: stops and resumes new spending of accounts and chains, takes nodes out of use. Needs an API key with scope Operator.</summary>
internal static class OperatorCommands
{
    public static Command Create() => new("operator", "Stops and resumes new spending, takes nodes out of use. Needs an API key with scope Operator; moves no funds.")
    {
        Stop(), Resume(), Erase(), Cordon(), Uncordon(), Reinstate(), Node(), Service(), Tower(), Map(), PeerStandingCommand.Create(),
    };

    private static Command Stop()
    {
        var (account, chain, reason) = (Session.AccountArgument(), ChainArgument(), Reason());
        return new Command("stop", "Nothing new is reserved, signed or sent; what was sent goes on, and so do fee bumps, deposits and freezes.")
        {
            new Command("account", "Stops new spending of one account.") { account, reason }.Runs(async (session, cancellationToken) => session.Report.Reply(
                await (await session.OperatorAsync(cancellationToken)).StopAccountAsync(session.Key, session.Get(account), session.Get(reason), cancellationToken),
                session.Key)),
            new Command("chain", "Stops new spending on one chain, of all accounts.") { chain, reason }.Runs(async (session, cancellationToken) => session.Report.Reply(
                await (await session.OperatorAsync(cancellationToken)).StopChainAsync(session.Key, session.Get(chain), session.Get(reason), cancellationToken),
                session.Key)),
        };
    }

    private static Command Resume()
    {
        var (account, chain) = (Session.AccountArgument(), ChainArgument());
        var from = new Option<string?>("--from")
        {
            Description = "NUMBER:HASH of a block that is final for certain: follows the chain on from it after its finality contradicted itself (incident chain.stopped).",
        };
        return new Command("resume", "Ends a stop.")
        {
            new Command("account", "New spending of the account may begin again.") { account }.Runs(async (session, cancellationToken) => session.Report.Reply(
                await (await session.OperatorAsync(cancellationToken)).ResumeAccountAsync(session.Key, session.Get(account), cancellationToken), session.Key)),
            new Command("chain", "New spending on the chain may begin again.") { chain, from }.Runs(async (session, cancellationToken) =>
            {
                var silo = await session.OperatorAsync(cancellationToken);
                var reply = session.Find(from) is { } text
                    ? await silo.ResumeChainFromAsync(session.Key, session.Get(chain), ParseBlock(text), cancellationToken)
                    : await silo.ResumeChainAsync(session.Key, session.Get(chain), cancellationToken);
                return session.Report.Reply(reply, session.Key);
            }),
        };
    }

    private static Command Erase()
    {
        var account = Session.AccountArgument();
        var because = new Option<string>("--because")
        {
            Description = $"Why, in 1 to {OperatorStop.MaxReason} characters. Kept readable for ever: name a ticket, no person.",
            Required = true,
        };
        return new Command("erase", "Destroys the keys of what people wrote about the account in their own words. It cannot be undone; money and proofs stay.")
        {
            account, because,
        }.Runs(async (session, cancellationToken) => session.Report.Reply(
            await (await session.OperatorAsync(cancellationToken)).EraseAccountAsync(session.Key, session.Get(account), session.Get(because), cancellationToken),
            session.Key));
    }

    private static Command Cordon()
    {
        var (chain, node, reason) = (ChainArgument(), NodeArgument(), Reason());
        return new Command("cordon", "Takes a node out of use, in every silo within ten seconds.") { chain, node, reason }
            .Runs(async (session, cancellationToken) => session.Report.Reply(
                await (await session.OperatorAsync(cancellationToken))
                    .CordonNodeAsync(session.Key, session.Get(chain), session.Get(node), session.Get(reason), cancellationToken),
                session.Key));
    }

    private static Command Uncordon()
    {
        var (chain, node) = (ChainArgument(), NodeArgument());
        return new Command("uncordon", "Puts a node back into use.") { chain, node }.Runs(async (session, cancellationToken) => session.Report.Reply(
            await (await session.OperatorAsync(cancellationToken)).UncordonNodeAsync(session.Key, session.Get(chain), session.Get(node), cancellationToken),
            session.Key));
    }

    private static Command Reinstate()
    {
        var (chain, node, reason) = (ChainArgument(), NodeArgument(), Reason());
        return new Command("reinstate", "Puts a node back into use that was quarantined for standing still.") { chain, node, reason }
            .Runs(async (session, cancellationToken) => session.Report.Reply(
                await (await session.OperatorAsync(cancellationToken))
                    .ReinstateNodeAsync(session.Key, session.Get(chain), session.Get(node), session.Get(reason), cancellationToken),
                session.Key));
    }

    private static Command Node()
    {
        var (chain, node) = (ChainArgument(), NodeArgument());
        var evidence = new Option<bool>("--evidence") { Description = "Shows why it is quarantined, with what it said as bytes." };
        return new Command("node", "Shows a node's standing.") { chain, node, evidence }.Runs(async (session, cancellationToken) =>
        {
            if (session.Find(evidence)) return await EvidenceAsync(session, session.Get(chain), session.Get(node), cancellationToken);
            var view = await (await session.OperatorAsync(cancellationToken)).ReadNodeAsync(session.Get(chain), session.Get(node), cancellationToken)
                ?? throw Session.NotFound($"node {session.Get(node)} of {session.Get(chain)}");
            var why = (view.Cordoned ? ", cordoned" : "") + (view.Fact is { } fact ? $", {fact}" : "") + (view.MayReturn ? ", back when it has caught up" : "");
            session.Report.Show(view, ContractJson.Default.NodeView, console => Report.Line(
                console, $"{view.Name} of {view.Organisation}: {view.State}{why}, score {view.Score}, last error {view.LastError ?? "none"}"));
            return ExitCode.Done;
        });
    }

    private static Command Tower()
    {
        var customer = Session.NameArgument("customer", "The operator whose channel is guarded, by its name among Peers:Operators.");
        var side = ChannelCommands.SideArgument();
        return new Command("tower", "Shows what this deployment's tower does for a side of a channel of another operator.") { customer, side }.Runs(async (session, cancellationToken) =>
        {
            var guarded = new TowerRef(session.Get(customer), session.Get(side));
            var view = await (await session.OperatorAsync(cancellationToken)).ReadTowerAsync(guarded, cancellationToken) ?? throw Session.NotFound($"tower {guarded}");
            session.Report.Show(view, ContractJson.Default.TowerView, console =>
            {
                Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"{view.Ref}: {view.Traps} states can be answered, by state {view.Nonce}; on chain {view.Stage}, second {view.Second}"));
                if (view.Closing is { } closing) Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"being closed by state {closing.Nonce}, until second {closing.ClosesAt}"));
                if (view.Act is { } act) Report.Line(console, $"{act.Kind} is under way: packet {act.Packet}");
                if (view.Trouble is { } trouble) Report.Line(console, $"TROUBLE {trouble}");
            });
            return ExitCode.Done;
        });
    }

    private static Command Map() =>
        new Command("map", "Shows how many channels of others are known, from which operators, how old that is, and what of it was refused.").Runs(async (session, cancellationToken) =>
        {
            var view = await (await session.OperatorAsync(cancellationToken)).ReadGossipAsync(cancellationToken) ?? throw Session.NotFound("map");
            session.Report.Show(view, ContractJson.Default.GossipView, console =>
            {
                Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"{view.Own} sides of ours are announced"));
                foreach (var side in view.Unsigned) Report.Line(console, $"NOT SIGNED {side.Side}: {side.Reason}");
                foreach (var line in view.Networks)
                    Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"{line.Network}: {line.Channels} channels of others, {line.Sides} sides, said from {line.Oldest?.ToString() ?? "-"} to {line.Newest?.ToString() ?? "-"}"));
                foreach (var teller in view.Tellers)
                {
                    var refused = string.Join("", teller.Refused.Select(static one => string.Create(CultureInfo.InvariantCulture, $", {one.Code} {one.Count}")));
                    Report.Line(console, string.Create(CultureInfo.InvariantCulture, $"{teller.Name}: {teller.Sides} sides are known from it; told {teller.Words}, taken {teller.Taken}{refused}; asked {teller.AskedAt?.ToString() ?? "never"}"));
                    if (teller.Last is { } last) Report.Line(console, $"  refused last: {last}");
                    if (teller.Trouble is { } trouble) Report.Line(console, $"  {trouble}");
                    if (teller.PausedUntil is { } until) Report.Line(console, $"  left alone until {until}");
                }
            });
            return ExitCode.Done;
        });

    private static Command Service()
    {
        var chain = ChainArgument();
        return new Command("service", "Shows how a chain's nodes, and the organisations that run them, served since the silos started.") { chain }.Runs(async (session, cancellationToken) =>
        {
            var service = await (await session.OperatorAsync(cancellationToken)).ReadChainServiceAsync(session.Get(chain), cancellationToken)
                ?? throw Session.NotFound($"chain {session.Get(chain)}");
            session.Report.Show(service, ContractJson.Default.ChainService, console =>
            {
                foreach (var line in service.Nodes) Report.Line(console, $"{line.Name} of {line.Organisation}: {Told(line.Service)}");
                foreach (var line in service.Organisations) Report.Line(console, $"all of {line.Name}: {Told(line.Service)}");
                foreach (var line in service.Relays) Report.Line(console, $"relay {line.Name} of {line.Organisation}: {Told(line.Service)}");
            });
            return ExitCode.Done;
        });
    }

    private static string Told(NodeService service) => string.Create(
        CultureInfo.InvariantCulture,
        $"available {Percent(service.Availability)}, answered {Percent(service.Reliability)} of {service.Asked}, p50 {Time(service, 500)}, p99 {Time(service, 990)}, consistent {Percent(service.Consistency)}");

    private static string Told(RelayService relay) => string.Create(
        CultureInfo.InvariantCulture,
        $"given {relay.Given}, included {relay.Included}, half within {(relay.MedianWait is { } blocks ? $"{blocks} blocks" : "unknown")}, missed {relay.Missed}, replaced {relay.Replaced}, waiting {relay.Waiting}, leaked {relay.Leaked}, public but given to others too {relay.Suspected}, refused {relay.Refused}, errors {relay.Errors}");

    private static string Percent(long part) => $"{part / (NodeService.Whole / 100)}.{part % (NodeService.Whole / 100):D3} %";

    private static string Time(NodeService service, int perMille) => service.Within(perMille) is { } ms ? $"{ms} ms" : "unknown";

    private static async Task<int> EvidenceAsync(Session session, ChainId chain, Name node, CancellationToken cancellationToken)
    {
        var found = await (await session.OperatorAsync(cancellationToken)).ReadNodeEvidenceAsync(chain, node, cancellationToken)
            ?? throw Session.NotFound($"quarantined node {node} of {chain}");
        session.Report.Show(found, ContractJson.Default.NodeEvidence, console => Report.Line(console, $"{found.Node} of {found.Organisation}: {found.Fact}\n{found.Evidence}"));
        return ExitCode.Done;
    }

    private static BlockRef ParseBlock(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && ulong.TryParse(text.AsSpan(0, colon), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && Bytes32.TryParse(text[(colon + 1)..], out var hash)
            ? new(number, hash)
            : throw new FormatException($"\"{text}\" is not NUMBER:HASH of a block.");
    }

    internal static Argument<ChainId> ChainArgument() =>
        new("chain") { Description = "Chain by CAIP-2, such as eip155:1.", CustomParser = result => Session.Parse<ChainId>(result) };

    private static Argument<Name> NodeArgument() => Session.NameArgument("node", "The node's name in the silo's configuration.");

    private static Option<string> Reason() =>
        new("--reason") { Description = $"Why, in 1 to {OperatorStop.MaxReason} characters: everybody who waits is told.", Required = true };
}
