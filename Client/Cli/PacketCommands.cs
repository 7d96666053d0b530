using System.CommandLine;
using Spectre.Console;
using TPWallet.Client.Devices;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Client.Cli;

/// <summary>tpw packet: batch, invoice, gather, quote, draft, fees, show, propose, vote, cancel, watch, evidence.</summary>
internal static class PacketCommands
{
    /// <summary>States that nothing follows; a partially settled packet has ended when no leg is under way.</summary>
    private static readonly string[] Ends = ["settled", "cancelled", "expired", "rejected", "invalidated", "compensated"];

    private static readonly string[] LegEnds = ["settled", LegView.Released];

    public static Command Create() => new("packet", "TokenPackets: what members vote on.")
    {
        BatchCommand.Create(), PacketInvoiceCommand.Create(), GatherCommand.Create(), FeeCommands.Quote(), Draft(), FeeCommands.Fees(), Show(), Propose(), Vote(), Cancel(), Watch(), Evidence(),
    };

    private static Argument<Name> Packet() => Session.NameArgument("packet", "Name of the packet.");

    private static Command Draft()
    {
        var file = new Argument<string>("file") { Description = "The packet's content as JSON (see PacketContent in /openapi/v1.json)." };
        return new Command("draft", "Creates a draft, or replaces it by its next revision.") { file }.Runs(async (session, cancellationToken) =>
        {
            var content = await Session.ReadAsync(session.Get(file), ContractJson.Default.PacketContent, cancellationToken);
            var wallet = await session.WalletAsync(cancellationToken);
            var reply = await wallet.DraftPacketAsync(session.Key, content, cancellationToken);
            return session.Report.Reply(reply, session.Key, ("packet", content.Ref.Key), ("contentHash", $"{Canonical.Hash(content)}"));
        });
    }

    private static Command Propose()
    {
        var (account, packet) = (Session.AccountArgument(), Packet());
        var revision = new Option<int>("--revision") { Description = "The revision that is meant.", DefaultValueFactory = _ => 1 };
        var device = new Option<Name?>("--from-device")
        {
            Description = "The device that the person proposes it from, by a name of your own, for risk rules.",
            CustomParser = static result => Session.Parse<Name>(result),
        };
        var network = new Option<string?>("--from-network") { Description = "The person's IP address, for risk rules: only its network is kept, sealed." };
        return new Command("propose", "Freezes the content and starts simulation and assessment.") { account, packet, revision, device, network }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var origin = new PacketOrigin(session.Find(device), session.Find(network));
                var reply = await wallet.ProposePacketAsync(
                    session.Key, new(session.Get(account), session.Get(packet)), session.Get(revision), origin is { Device: null, Network: null } ? null : origin, cancellationToken);
                return session.Report.Reply(reply, session.Key);
            });
    }

    private static Command Vote()
    {
        var (account, packet) = (Session.AccountArgument(), Packet());
        var (member, device) = (DeviceCommands.Member, DeviceCommands.Device);
        var veto = new Option<bool>("--veto") { Description = "Against it." };
        var yes = new Option<bool>("--yes") { Description = "Sign without asking; the packet is still shown." };
        return new Command("vote", "Checks a packet on this device, shows it, and signs a vote.") { account, packet, member, device, veto, yes }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var subject = new PacketRef(session.Get(account), session.Get(packet));
                var trusted = await Session.TrustAsync(wallet, subject.Owner, cancellationToken);
                var view = await wallet.ReadPacketAsync(subject, cancellationToken) ?? throw Session.NotFound($"packet {subject.Key}");
                Write(session.Report.ErrorConsole, view);
                if (!session.Find(yes) && (Console.IsInputRedirected || !await session.AskAsync("Sign this?", cancellationToken)))
                    throw new ArgumentException("Not signed: say yes, or give --yes.");
                var voter = await session.VoterAsync(session.Get(member), session.Get(device), cancellationToken);
                using var key = voter.Key;
                var decision = session.Find(veto) ? VoteDecision.Veto : VoteDecision.Approve;
                var vote = new VoteBuilder(trusted, TimeProvider.System).OnPacket(voter, view, decision).OrThrow();
                return session.Report.Reply(await wallet.CastVoteAsync(session.Key, subject, vote, cancellationToken), session.Key, ("decision", $"{decision}"));
            });
    }

    private static Command Cancel()
    {
        var (account, packet) = (Session.AccountArgument(), Packet());
        var reason = new Option<string>("--reason") { Description = "Why; written into the journal.", Required = true };
        return new Command("cancel", "Cancels a packet; after signing the chain has the last word.") { account, packet, reason }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var reply = await wallet.CancelPacketAsync(session.Key, new(session.Get(account), session.Get(packet)), session.Get(reason), cancellationToken);
                return session.Report.Reply(reply, session.Key);
            });
    }

    private static Command Show()
    {
        var (account, packet) = (Session.AccountArgument(), Packet());
        return new Command("show", "Shows a packet with its legs, bounds and votes.") { account, packet }.Runs(async (session, cancellationToken) =>
        {
            var wallet = await session.WalletAsync(cancellationToken);
            var subject = new PacketRef(session.Get(account), session.Get(packet));
            var view = await wallet.ReadPacketAsync(subject, cancellationToken) ?? throw Session.NotFound($"packet {subject.Key}");
            session.Report.Show(view, ContractJson.Default.PacketView, console => Write(console, view));
            return ExitCode.Done;
        });
    }

    private static Command Watch()
    {
        var (account, packet) = (Session.AccountArgument(), Packet());
        return new Command("watch", "Follows a packet until it ends: one line (with --json: one object) per change.") { account, packet }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var subject = new PacketRef(session.Get(account), session.Get(packet));
                await foreach (var view in wallet.WatchPacketAsync(subject, 0, cancellationToken))
                {
                    var legs = string.Join(", ", view.Legs.Select(leg => $"{leg.Leg} {leg.Stage}"));
                    session.Report.Show(
                        view, ContractJson.Default.PacketView, console => Report.Line(console, $"{view.Version,5}  {view.State,-14} {legs}"));
                    if (HasEnded(view)) break;
                }

                return ExitCode.Done;
            });
    }

    private static Command Evidence()
    {
        var (account, packet) = (Session.AccountArgument(), Packet());
        var output = new Option<string>("--out", "-o") { Description = "Where the evidence goes (default PACKET.evidence.json)." };
        return new Command("evidence", "Exports a settled packet's whole story; check it anywhere with tpw verify.") { account, packet, output }
            .Runs(async (session, cancellationToken) =>
            {
                var wallet = await session.WalletAsync(cancellationToken);
                var subject = new PacketRef(session.Get(account), session.Get(packet));
                var pack = await wallet.ReadEvidenceAsync(subject, cancellationToken);
                var file = session.Find(output) ?? $"{subject.Id}.evidence.json";
                var bytes = EvidenceFile.Write(pack);
                await Session.WriteNewAsync(file, bytes, cancellationToken);
                return session.Report.Done(("packet", subject.Key), ("file", file), ("bytes", $"{bytes.Length}"));
            });
    }

    private static bool HasEnded(PacketView view) =>
        Ends.Contains(view.State) || (view.State == "partially-settled" && view.Legs.All(leg => LegEnds.Contains(leg.Stage)));

    private static void Write(IAnsiConsole console, PacketView view)
    {
        Report.Line(console, $"packet    {view.Ref.Key}, revision {view.Content.Revision}, proposed by {view.Content.Proposer}");
        Report.Line(console, $"state     {view.State}, version {view.Version}");
        Report.Line(console, $"hash      {Canonical.Hash(view.Content)}");
        if (view.Rejection is { } rejection) Report.Line(console, $"refused   {rejection}");
        foreach (var leg in view.Content.Legs)
        {
            var (moves, to) = Describe(leg);
            var standing = view.Legs.FirstOrDefault(candidate => candidate.Leg == leg.Id);
            Report.Line(console, $"leg       {leg.Id}: {moves} to {to}{Plan(leg)}{(standing is null ? "" : $" [{standing.Stage}] {standing.TxHash}{standing.Secret}")}");
            if (standing?.Rejection is { } why) Report.Line(console, $"          {why}");
        }

        if (view.Assessment is { } assessment)
        {
            Report.Line(console, $"verdict   {assessment.Verdict}: {assessment.Required.Approvals} of {assessment.Required.Eligible}; "
                + $"counted {string.Join(", ", assessment.Counted)}");
        }

        var votes = Report.Table("Votes", "member", "device", "decision", "expires");
        foreach (var vote in view.Votes)
            Report.Row(votes, vote.Content.Member.Value, vote.Content.Device.Value, $"{vote.Content.Decision}", $"{vote.Content.ExpiresAt}");
        console.Write(votes);
    }

    private static string Plan(Leg leg) => string.Concat(
        leg.After.IsEmpty ? "" : $", after {string.Join(", ", leg.After)}",
        leg.Group is { } group ? $", in group {group}" : "",
        leg.Finality is { } depth ? $", final at {depth.Confirmations} confirmations" : "",
        LegPlan.InsteadOf(leg) is { } other ? $", only if {other} comes to nothing" : "",
        leg.Compensates is { } undone ? $", only to undo {undone}" : "",
        leg.Replaces is { } old ? $", instead of {old.Leg}, whose nonce went to {old.ConsumedBy}" : "");

    private static (string Moves, string To) Describe(Leg leg) => leg switch
    {
        Leg.ChainTransfer transfer => ($"{transfer.Amount.Value} {transfer.Amount.Asset}", CoinAddress.Format(transfer.Amount.Asset.Chain, transfer.To)),
        Leg.LedgerTransfer transfer => ($"{transfer.Amount.Value} {transfer.Amount.Asset}", transfer.To.ToString()),
        Leg.ContractCall call when MultiSend.Read(call) is { } payments => (
            $"batch of {payments.Length}: {string.Join("; ", payments.Select(payment => $"{payment.Amount} to {payment.To}"))}, by the contract", call.To.ToString()),
        Leg.ContractCall call => ($"call, at most {string.Join(", ", call.MaxSpent.Select(amount => $"{amount.Value} {amount.Asset}"))}", call.To.ToString()),
        Leg.CoinPayments pays => (
            $"{pays.Total.Value} {pays.Total.Asset} in {pays.Payees.Length} payments",
            string.Join("; ", pays.Payees.Select(payee => $"{CoinScript.Format(pays.Chain, payee.Script)} {payee.Value}"))),
        Leg.ChannelPayment pays => (
            $"{pays.Amount.Value} {pays.Amount.Asset} over channels of {pays.Key}, at most {pays.MostFee} in fees, until {pays.Until}",
            $"{pays.Invoice.Ref}, channel key {pays.Invoice.Terms.Node}"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
