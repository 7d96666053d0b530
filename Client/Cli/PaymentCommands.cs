using System.CommandLine;
using System.Security.Cryptography;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw channel payment: begin, show, stop.</summary>
internal static class PaymentCommands
{
    private static readonly TimeSpan _between = TimeSpan.FromMilliseconds(200);

    public static Command Create() => new("payment", "Pays invoices over channels that are found by themselves, in parts where one channel is too small (docs/channels.md).")
    {
        Begin(), Probe(), Show(), Stop(),
    };

    private static Argument<Name> Payment() => Session.NameArgument("payment", "Name of the payment; one name pays once.");

    private static Command Begin()
    {
        var (account, payment) = (Session.AccountArgument(), Payment());
        var invoice = InvoiceCommands.TextOption();
        var key = new Option<string>("--key") { Description = "The payer's channel key.", DefaultValueFactory = static _ => "channels" };
        var amount = ChannelCommands.AmountOption("--amount", "Base units of the token; without it what the invoice asks for.");
        var fee = ChannelCommands.AmountOption("--most-fee", "Most that those on the way may keep together; base units; without it a hundredth of the amount, and 10 at the least.");
        var parts = new Option<int>("--most-parts") { Description = "Most parts at once.", DefaultValueFactory = static _ => 16 };
        var minutes = new Option<int>("--minutes") { Description = "How long ways are looked for.", DefaultValueFactory = static _ => 10 };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the outcome.", DefaultValueFactory = static _ => 60 };
        return new Command("begin", "Pays an invoice. Shows the secret, which proves it, or why it could not be paid.") { account, payment, invoice, key, amount, fee, parts, minutes, wait }
            .Runs(async (session, cancellationToken) =>
            {
                var asked = InvoiceCommands.Read(session.Get(invoice));
                var paid = session.Find(amount) ?? asked.Amount ?? throw new ArgumentException("--amount is missing: the invoice leaves it to the payer.");
                var until = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) + Span.Seconds(60L * session.Get(minutes));
                var most = session.Find(fee) ?? UInt256.Max(paid / 100, 10);
                var begin = new PaymentCommand.Begin(Guid.Empty, session.Get(invoice), asked.Place with { Key = session.Get(key) }, paid, most, session.Get(parts), until);
                return await BeginAsync(session, new(session.Get(account), session.Get(payment)), begin, session.Get(wait), cancellationToken);
            });
    }

    /// <summary>A payment whose hash nobody knows a secret of: it can arrive, and never be taken.</summary>
    private static Command Probe()
    {
        var (account, payment) = (Session.AccountArgument(), Session.NameArgument("probe", "Name of the probe, among the payments; one name is tried once."));
        var invoice = InvoiceCommands.TextOption();
        var key = new Option<string>("--key") { Description = "The payer's channel key.", DefaultValueFactory = static _ => "channels" };
        var amount = ChannelCommands.AmountOption("--amount", "Base units of the token; without it what the invoice asks for.");
        var fee = ChannelCommands.AmountOption("--most-fee", "Most that those on the way may ask for together; without it a hundredth of the amount, and 10 at the least.");
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the outcome.", DefaultValueFactory = static _ => 60 };
        return new Command("probe", "Finds out whether the payee is reached, and pays nothing. What it learns of balances is known to payments after it.") { account, payment, invoice, key, amount, fee, wait }
            .Runs(async (session, cancellationToken) =>
            {
                var asked = InvoiceCommands.Read(session.Get(invoice));
                var paid = session.Find(amount) ?? asked.Amount ?? throw new ArgumentException("--amount is missing: the invoice leaves it to the payer.");
                var until = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) + Span.Seconds(600);
                var most = session.Find(fee) ?? UInt256.Max(paid / 100, 10);
                var begin = new PaymentCommand.Begin(Guid.Empty, session.Get(invoice), asked.Place with { Key = session.Get(key) }, paid, most, 1, until)
                {
                    Probe = Bytes32.From(RandomNumberGenerator.GetBytes(UInt256.Size)),
                };
                return await BeginAsync(session, new(session.Get(account), session.Get(payment)), begin, session.Get(wait), cancellationToken);
            });
    }

    /// <summary>Begins a payment and waits for what becomes of it.</summary>
    internal static async Task<int> BeginAsync(Session session, PaymentRef subject, PaymentCommand.Begin begin, int seconds, CancellationToken cancellationToken)
    {
        var channels = await session.ChannelsAsync(cancellationToken);
        var reply = await channels.BeginPaymentAsync(session.Key, subject, begin, cancellationToken);
        return reply is CommandReply.Accepted
            ? await AwaitAsync(session, () => channels.ReadPaymentAsync(subject, cancellationToken), TimeSpan.FromSeconds(seconds), begin.Probe is not null, cancellationToken)
            : session.Report.Reply(reply, session.Key);
    }

    private static Command Show()
    {
        var (account, payment) = (Session.AccountArgument(), Payment());
        return new Command("show", "Shows a payment.") { account, payment }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var subject = new PaymentRef(session.Get(account), session.Get(payment));
            var view = await channels.ReadPaymentAsync(subject, cancellationToken) ?? throw Session.NotFound($"payment {subject.Key}");
            session.Report.Show(view, ContractJson.Default.PaymentView, console =>
            {
                Report.Line(console, $"payment   {subject.Key}, {view.Stage}{(view.Failure is { } failure ? $": {failure}" : "")}");
                Report.Line(console, $"pays      {view.Content.Amount} of {view.Content.Place.Token} for {view.Content.Invoice}, and at most {view.Content.MostFee} in fees");
                Report.Line(console, $"delivered {view.Delivered} for {view.FeePaid} in fees; {view.InFlight} under way; {view.Attempts} parts tried");
                if (view.Secret is { } secret) Report.Line(console, $"secret    {secret}");
            });
            return ExitCode.Done;
        });
    }

    private static Command Stop()
    {
        var (account, payment) = (Session.AccountArgument(), Payment());
        return new Command("stop", "Tries no part more. What is on its way may still be taken.") { account, payment }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            return session.Report.Reply(await channels.StopPaymentAsync(session.Key, new(session.Get(account), session.Get(payment)), cancellationToken), session.Key);
        });
    }

    private static async Task<int> AwaitAsync(Session session, Func<Task<PaymentView?>> read, TimeSpan longest, bool isProbe, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            switch (await read())
            {
                case { Stage: PaymentStage.Paid, Secret: { } secret } paid:
                    return session.Report.Done(("paid", $"{paid.Delivered}"), ("fees", $"{paid.FeePaid}"), ("secret", $"{secret}"));
                case { Stage: PaymentStage.Failed, Failure: PaymentFailure.RefusedByPayee } reached when isProbe:
                    return session.Report.Done(("reached", $"{reached.Content.Amount}"), ("attempts", $"{reached.Attempts}"));
                case { Stage: PaymentStage.Failed } failed:
                    return session.Report.Refuse(new(RejectionCode.WrongState, "a payment that reaches the payee", $"{failed.Failure}, after {failed.Attempts} parts that were tried"));
                default:
                    break;
            }

            if (Stopwatch.GetElapsedTime(started) >= longest)
            {
                Console.Error.WriteLine("tpw: the payment is under way and not over; `tpw channel payment show` says what becomes of it, `stop` tries no part more");
                return ExitCode.OutcomeUnknown;
            }

            await Task.Delay(_between, cancellationToken);
        }
    }
}
