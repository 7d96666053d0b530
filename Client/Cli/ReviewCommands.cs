using System.CommandLine;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw review: what two reviewers say of payments that their risk holds.</summary>
internal static class ReviewCommands
{
    public static Command Create() => new(
        "review", "Shows and decides payments that their risk holds. Deciding needs an API key with scope Review; two different keys that say the same decide.")
    {
        List(),
        Decide("approve", ReviewDecision.Approve, "Lets the payment go on, once another reviewer says so too; its quorum is needed all the same."),
        Decide("reject", ReviewDecision.Reject, "Ends the payment, once another reviewer says so too."),
    };

    private static Command List()
    {
        var account = Session.AccountArgument();
        return new Command("list", "Payments of an account that wait for reviewers: packet, number of the case, stage, points, rules.") { account }
            .Runs(async (session, cancellationToken) =>
            {
                var held = await (await session.ReviewerAsync(cancellationToken)).ReadHeldAsync(session.Get(account), cancellationToken)
                    ?? throw Session.NotFound($"account {session.Get(account)}");
                session.Report.Show(held, ContractJson.Default.HeldPayments, console =>
                {
                    if (held.Payments.IsEmpty) Report.Line(console, "nothing is held");
                    foreach (var payment in held.Payments)
                    {
                        var score = payment.Case.Score;
                        Report.Line(console, $"{payment.Packet} case {payment.Number}: {payment.Case.Stage}, {score.Points} points, {score.Demand.Action}: "
                            + string.Join(", ", score.Reasons.Select(reason => reason.Rule)));
                        foreach (var review in payment.Case.Reviews) Report.Line(console, $"  {review.By}: {review.Decision}, {review.Reason}");
                    }
                });
                return ExitCode.Done;
            });
    }

    private static Command Decide(string name, ReviewDecision decision, string description)
    {
        var account = Session.AccountArgument();
        var packet = new Argument<Name>("packet") { Description = "Packet id.", CustomParser = result => Session.Parse<Name>(result) };
        var number = new Argument<long>("case") { Description = "Number of the case, as \"tpw review list\" shows it." };
        var reason = new Option<string>("--reason") { Description = $"Why, in 1 to {OperatorStop.MaxReason} characters.", Required = true };
        return new Command(name, description) { account, packet, number, reason }.Runs(async (session, cancellationToken) => session.Report.Reply(
            await (await session.ReviewerAsync(cancellationToken)).ReviewAsync(
                session.Key, new(session.Get(account), session.Get(packet)), session.Get(number), decision, session.Get(reason), cancellationToken),
            session.Key));
    }
}
