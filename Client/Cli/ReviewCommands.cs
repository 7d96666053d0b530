using System.Collections.Immutable;
using System.CommandLine;
using Spectre.Console;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw review: what two reviewers say of payments and deposits that their risk holds.</summary>
internal static class ReviewCommands
{
    private const int MaxPages = 20;
    private const string Prefix = "deposit:";

    public static Command Create() => new(
        "review", "Shows and decides payments and deposits that their risk holds. Deciding needs an API key with scope Review; two different keys that say the same decide.")
    {
        List(),
        Deposits(),
        Decide("approve", ReviewDecision.Approve, "Lets the payment go on, or the deposit be spent, once another reviewer says so too; a payment's quorum is needed all the same."),
        Decide("reject", ReviewDecision.Reject, "Ends the payment, or leaves the deposit held until it is given back, once another reviewer says so too."),
    };

    private static Command List()
    {
        var account = new Argument<AccountId?>("account")
        {
            Description = "Account id; without one: all accounts that the API key may name.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = result => Session.Parse<AccountId>(result),
        };
        return new Command("list", "What waits for reviewers: account, packet or deposit, number of the case, stage, points, rules.") { account }
            .Runs(async (session, cancellationToken) =>
            {
                var waiting = await WaitingAsync(await session.ReviewerAsync(cancellationToken), session.Find(account), cancellationToken);
                session.Report.Show(waiting, ContractJson.Default.WaitingCases, console =>
                {
                    if (waiting.Cases.IsEmpty) Report.Line(console, "nothing is held");
                    foreach (var one in waiting.Cases) Show(console, one);
                    if (waiting.Next is not null) Report.Line(console, $"and more: only the first {MaxPages * ReviewQueuePage.Max} are shown");
                });
                return ExitCode.Done;
            });
    }

    private static void Show(IAnsiConsole console, WaitingCase one)
    {
        var score = one.Case.Score;
        Report.Line(console, $"{one.Account} {one.Subject} case {one.Number}: {one.Case.Stage}, {score.Points} points, {score.Demand.Action}: "
            + string.Join(", ", score.Reasons.Select(reason => reason.Rule)));
        foreach (var review in one.Case.Reviews) Report.Line(console, $"  {review.By}: {review.Decision}, {review.Reason}");
    }

    /// <summary>The tenant's queue page by page; of one account also what its risk profile waits for, so that nothing is missing while a cluster is being upgraded.</summary>
    private static async Task<WaitingCases> WaitingAsync(RestReviewer reviewer, AccountId? account, CancellationToken cancellationToken)
    {
        var cases = ImmutableArray.CreateBuilder<WaitingCase>();
        var next = account is { } first ? $"{first}/" : null;
        for (var page = 0; page < MaxPages; page++)
        {
            var read = await reviewer.ReadWaitingAsync(next, cancellationToken: cancellationToken);
            cases.AddRange(read.Cases.Where(one => account is null || one.Account == account));
            next = account is { } only && read.Next?.StartsWith($"{only}/", StringComparison.Ordinal) == false ? null : read.Next;
            if (next is null) break;
        }

        if (account is not { } asked) return new(cases.ToImmutable(), next);
        var held = await reviewer.ReadHeldAsync(asked, cancellationToken) ?? throw Session.NotFound($"account {asked}");
        foreach (var payment in held.Payments)
            if (!cases.Any(one => one.Subject == payment.Packet.Value && one.Number == payment.Number)) cases.Add(new(asked, payment.Packet.Value, payment.Number, payment.Case));
        return new(cases.ToImmutable(), next);
    }

    private static Command Deposits()
    {
        var account = Session.AccountArgument();
        return new Command("deposits", "Deposits of an account that nobody can spend yet: what each waits for.") { account }.Runs(async (session, cancellationToken) =>
        {
            var held = await (await session.ReviewerAsync(cancellationToken)).ReadHeldDepositsAsync(session.Get(account), cancellationToken: cancellationToken)
                ?? throw Session.NotFound($"account {session.Get(account)}");
            session.Report.Show(held, ContractJson.Default.HeldDeposits, console =>
            {
                if (held.Deposits.IsEmpty) Report.Line(console, "nothing is held");
                foreach (var one in held.Deposits)
                    Report.Line(console, $"{Prefix}{one.Id:N} {one.Deposit.Amount} in {one.Deposit.TxHash}: {one.Stage}{(one.Case is { } held ? $", case {held.Number}" : "")}");
                if (held.Next is not null) Report.Line(console, $"and more: only the first {HeldDeposits.MaxPage} are shown");
            });
            return ExitCode.Done;
        });
    }

    private static Command Decide(string name, ReviewDecision decision, string description)
    {
        var account = Session.AccountArgument();
        var subject = new Argument<string>("subject") { Description = "Packet id, or \"deposit:\" and the deposit's id, as \"tpw review list\" shows it." };
        var number = new Argument<long>("case") { Description = "Number of the case, as \"tpw review list\" shows it." };
        var reason = new Option<string>("--reason") { Description = $"Why, in 1 to {OperatorStop.MaxReason} characters.", Required = true };
        return new Command(name, description) { account, subject, number, reason }.Runs(async (session, cancellationToken) =>
        {
            var (reviewer, of, why) = (await session.ReviewerAsync(cancellationToken), session.Get(subject), session.Get(reason));
            return session.Report.Reply(
                FindDeposit(of) is { } deposit
                    ? await reviewer.ReviewAsync(session.Key, session.Get(account), deposit, session.Get(number), decision, why, cancellationToken)
                    : await reviewer.ReviewAsync(session.Key, new(session.Get(account), PacketOf(of)), session.Get(number), decision, why, cancellationToken),
                session.Key);
        });
    }

    /// <summary>Null for a packet.</summary>
    internal static Guid? FindDeposit(string subject) => !subject.StartsWith(Prefix, StringComparison.Ordinal) ? null : Guid.TryParse(subject.AsSpan(Prefix.Length), out var id)
        ? id
        : throw new ArgumentException($"Expected \"{Prefix}\" and 32 hex digits, got \"{subject}\".");

    internal static Name PacketOf(string subject) => Name.TryParse(subject, out var packet) ? packet : throw new ArgumentException($"Expected {Name.Form}, or a deposit.");
}
