using System.CommandLine;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw channel invoice: create, show, cancel.</summary>
internal static class InvoiceCommands
{
    public static Command Create() => new("invoice", "What the account asks to be paid over its channels. The silo takes what comes in for it.") { New(), Show(), Read(), Cancel() };

    /// <summary>What a text says, which is signed and has not expired.</summary>
    /// <exception cref="RefusedException">It is not.</exception>
    public static ChannelInvoice Read(string text)
    {
        var (written, refusal) = InvoiceText.Read(text);
        var invoice = written?.Invoice ?? throw new RefusedException(refusal!);
        var now = Now();
        return now < invoice.ExpiresAt ? invoice : throw new RefusedException(new(RejectionCode.Expired, $"an invoice that can be paid after {now}", $"one that expired at {invoice.ExpiresAt}"));
    }

    /// <summary>The text of the payee's invoice.</summary>
    public static Option<string> TextOption() => new("--invoice") { Description = "Text of the payee's invoice (tpwi…): tpw channel invoice read shows what it says.", Required = true };

    private static Instant Now() => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private static Argument<Name> Invoice() => Session.NameArgument("invoice", "Name of the invoice; the payer reads it.");

    private static Command New()
    {
        var (account, invoice, side) = (Session.AccountArgument(), Invoice(), ChannelCommands.SideArgument());
        var amount = ChannelCommands.AmountOption("--amount", "Base units of the token; without it the payer chooses.");
        var life = new Option<int>("--minutes") { Description = "How long it can be paid.", DefaultValueFactory = static _ => 60 };
        var description = new Option<string>("--description") { Description = "For the payer; kept sealed.", DefaultValueFactory = static _ => "" };
        return new Command("create", "Asks for a payment by channels of this one's key, contract and token.") { account, invoice, side, amount, life, description }
            .Runs(async (session, cancellationToken) =>
            {
                var channels = await session.ChannelsAsync(cancellationToken);
                var channel = await channels.ReadAsync(session.Get(account), session.Get(side), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(side)}");
                var (key, facts) = (channel.Opening.Key, channel.Opening.Facts);
                var until = Now() + Span.Seconds(60L * session.Get(life));
                var content = new InvoiceContent(new(key, facts.Chain, facts.Manager, facts.Token), session.Find(amount), until, session.Get(description));
                var subject = new InvoiceRef(session.Get(account), session.Get(invoice));
                return session.Report.Reply(await channels.CreateInvoiceAsync(session.Key, subject, content, cancellationToken), session.Key, ("invoice", subject.Key));
            });
    }

    private static Command Show()
    {
        var (account, invoice) = (Session.AccountArgument(), Invoice());
        return new Command("show", "Shows an invoice, with the text that a payer is given.") { account, invoice }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var subject = new InvoiceRef(session.Get(account), session.Get(invoice));
            var view = await channels.ReadInvoiceAsync(subject, cancellationToken) ?? throw Session.NotFound($"invoice {subject.Key}");
            session.Report.Show(view, ContractJson.Default.InvoiceView, console =>
            {
                Report.Line(console, $"invoice   {subject.Key}, {view.Stage}");
                Report.Line(console, $"asks for  {(view.Content.Amount is { } asked ? $"{asked}" : "what the payer likes")} of {view.Content.Place.Token} until {view.Content.ExpiresAt}");
                if (view.Content.Description.Length > 0) Report.Line(console, $"for       {view.Content.Description}");
                if (view.Terms is { } terms) Report.Line(console, $"hash      {terms.Hash}");
                if (view.Text is { } text) Report.Line(console, $"text      {text}");
                Report.Line(console, $"received  {view.Received}, held {view.Held}");
            });
            return ExitCode.Done;
        });
    }

    private static Command Read()
    {
        var text = new Argument<string>("text") { Description = "What the payee gave." };
        return new Command("read", "Shows what an invoice's text says, and checks its signature. It asks nobody and pays nothing.") { text }.Runs((session, _) =>
        {
            var (written, refusal) = InvoiceText.Read(session.Get(text));
            if (written is null) return Task.FromResult(session.Report.Refuse(refusal!));
            var (invoice, terms, seal) = (written.Invoice, written.Invoice.Terms, written.Invoice.Terms.Seal!);
            var now = Now();
            return Task.FromResult(session.Report.Done(
                ("asks for", invoice.Amount is { } asked ? $"{asked}" : "what the payer likes"),
                ("token", $"{AssetId.Erc20(invoice.Place.Chain, invoice.Place.Token)}"),
                ("for", written.Words.Description),
                ("payee", $"{terms.Node}"),
                ("account", $"{invoice.Ref.Account}"),
                ("invoice", $"{invoice.Ref.Id}"),
                ("contract", $"{invoice.Place.Manager}"),
                ("made", $"{seal.MadeAt}"),
                ("expires", $"{invoice.ExpiresAt}{(invoice.ExpiresAt <= now ? ", which is over" : "")}"),
                ("hash", $"{terms.Hash}"),
                ("ways in", $"{(terms.WaysIn.IsDefault ? 0 : terms.WaysIn.Length)}")));
        });
    }

    private static Command Cancel()
    {
        var (account, invoice) = (Session.AccountArgument(), Invoice());
        return new Command("cancel", "Takes no payment of it any more; what is held of one that is not whole goes back.") { account, invoice }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            return session.Report.Reply(await channels.CancelInvoiceAsync(session.Key, new(session.Get(account), session.Get(invoice)), cancellationToken), session.Key);
        });
    }
}
