using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw verdict: the outside screening service's side, by hand.</summary>
internal static class VerdictCommands
{
    private const int MaxPages = 20;

    public static Command Create() => new(
        "verdict", "Shows what an outside screening service is asked, and hands in its verdicts. Needs an API key with scope Screen, whose id is the provider's name.")
    {
        List(),
        Give(),
    };

    private static Command List() => new Command("list", "What waits for a verdict: account, packet or deposit, number of the case, what is paid and by or to whom.")
        .Runs(async (session, cancellationToken) =>
        {
            var wanted = await WantedAsync(await session.ScreenerAsync(cancellationToken), cancellationToken);
            session.Report.Show(wanted, ContractJson.Default.WantedVerdicts, console =>
            {
                if (wanted.Wanted.IsEmpty) Report.Line(console, "nothing is asked");
                foreach (var one in wanted.Wanted) Show(console, one);
                if (wanted.Next is not null) Report.Line(console, $"and more: only the first {MaxPages * ReviewQueuePage.Max} cases were looked at");
            });
            return ExitCode.Done;
        });

    private static void Show(Spectre.Console.IAnsiConsole console, WantedVerdict one)
    {
        var (subject, question) = (one.Question.Subject, one.Question);
        Report.Line(console, $"{one.Account} {one.Of} case {one.Number}: {(subject.Direction == RiskDirection.In ? "from" : "to")} "
            + $"{(subject.Parties.IsEmpty ? "nobody that the chain shows" : string.Join(", ", subject.Parties))}, round {question.Round}, due {question.DueAt?.ToString() ?? "over"}");
        foreach (var movement in subject.Movements) Report.Line(console, $"  {movement.Kind}: {movement.Amount} of {movement.Asset?.ToString() ?? "nothing"} on {movement.Chain}");
    }

    private static async Task<WantedVerdicts> WantedAsync(RestScreener screener, CancellationToken cancellationToken)
    {
        var all = ImmutableArray.CreateBuilder<WantedVerdict>();
        string? next = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var read = await screener.ReadWantedAsync(next, cancellationToken: cancellationToken);
            all.AddRange(read.Wanted);
            next = read.Next;
            if (next is null) break;
        }

        return new(all.ToImmutable(), next);
    }

    private static Command Give()
    {
        var account = Session.AccountArgument();
        var of = new Argument<string>("subject") { Description = "Packet id, or \"deposit:\" and the deposit's id, as \"tpw verdict list\" shows it." };
        var number = new Argument<long>("case") { Description = "Number of the case, as \"tpw verdict list\" shows it." };
        var verdict = new Option<ScreeningVerdict>("--verdict") { Description = "Clear, Review (persons have to look) or Block.", Required = true };
        var version = new Option<int>("--list-version") { Description = "Version of the lists that were asked; never lower than before.", Required = true };
        var hours = new Option<int>("--hours") { Description = "So long it is in force (default 24).", DefaultValueFactory = _ => 24 };
        var hops = new Option<int?>("--hops") { Description = "Transfers between these funds and a listed party; default: not said." };
        var share = new Option<int>("--share") { Description = "Thousandths of the funds that came from there (with --hops; default 1000).", DefaultValueFactory = _ => 1000 };
        return new Command("give", "Hands in a verdict of what the case asks now.") { account, of, number, verdict, version, hours, hops, share }.Runs(async (session, cancellationToken) =>
        {
            var screener = await session.ScreenerAsync(cancellationToken);
            var said = new Screening(screener.Provider, session.Get(verdict), session.Get(version), Session.Now, Session.Now + Span.Hours(session.Get(hours)))
            {
                Flow = session.Find(hops) is { } near ? new(near, session.Get(share)) : null,
            };
            return session.Report.Reply(await GiveAsync(session, screener, (session.Get(account), session.Get(of), session.Get(number)), said, cancellationToken), session.Key);
        });
    }

    /// <summary>The verdict names the hash of the question as it was just read.</summary>
    private static async Task<CommandReply> GiveAsync(
        Session session, RestScreener screener, (AccountId Account, string Of, long Number) at, Screening said, CancellationToken cancellationToken)
    {
        var missing = Session.NotFound(string.Create(CultureInfo.InvariantCulture, $"a question of {at.Of}, case {at.Number}"));
        if (ReviewCommands.FindDeposit(at.Of) is { } deposit)
        {
            var asked = await screener.ReadQuestionAsync(at.Account, deposit, at.Number, cancellationToken) ?? throw missing;
            return await screener.RecordAsync(session.Key, at.Account, deposit, at.Number, asked.Hash, said, cancellationToken);
        }

        var packet = new PacketRef(at.Account, ReviewCommands.PacketOf(at.Of));
        var question = await screener.ReadQuestionAsync(packet, at.Number, cancellationToken) ?? throw missing;
        return await screener.RecordAsync(session.Key, packet, at.Number, question.Hash, said, cancellationToken);
    }
}
