using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw channel rebalance: the account pays itself, out by one of its channels and in by another.</summary>
internal static class RebalanceCommand
{
    private static readonly TimeSpan _between = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var (account, amount) = (Session.AccountArgument(), ChannelCommands.AmountArgument());
        var (from, into) = (ChannelCommands.SideArgument("out"), ChannelCommands.SideArgument("into"));
        var fee = ChannelCommands.AmountOption("--most-fee", "Most that those on the way may keep together; without it a hundredth of the amount, and 10 at the least.");
        var parts = new Option<int>("--most-parts") { Description = "Most parts at once.", DefaultValueFactory = static _ => 16 };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the outcome.", DefaultValueFactory = static _ => 60 };
        return new Command("rebalance", "Moves balance from one channel of the account into another, by a payment of the account to itself over the channels of others.")
        {
            account, from, into, amount, fee, parts, wait,
        }.Runs(async (session, cancellationToken) =>
        {
            var channels = await session.ChannelsAsync(cancellationToken);
            var side = await channels.ReadAsync(session.Get(account), session.Get(from), cancellationToken) ?? throw Session.NotFound($"channel {session.Get(from)}");
            var (key, facts, sum) = (side.Opening.Key, side.Opening.Facts, session.Get(amount));
            var place = new InvoicePlace(key, facts.Chain, facts.Manager, facts.Token);
            var until = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) + Span.Seconds(600);
            // Asked again under the same key it is the same payment.
            Name name = $"rebalance-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(session.Key.Value)).AsSpan(0, 10))}";
            var invoice = new InvoiceRef(session.Get(account), name);
            var asked = await channels.CreateInvoiceAsync(session.Key, invoice, new(place, sum, until, ""), cancellationToken);
            if (asked is CommandReply.Refused { Rejection.Code: not RejectionCode.AlreadyExists }) return session.Report.Reply(asked, session.Key);
            var text = await TextAsync(() => channels.ReadInvoiceAsync(invoice, cancellationToken), cancellationToken);
            var most = session.Find(fee) ?? UInt256.Max(sum / 100, 10);
            var begin = new PaymentCommand.Begin(Guid.Empty, text, place, sum, most, session.Get(parts), until) { Ring = new(session.Get(from), session.Get(into)) };
            return await PaymentCommands.BeginAsync(session, new(session.Get(account), name), begin, session.Get(wait), cancellationToken);
        });
    }

    private static async Task<string> TextAsync(Func<Task<InvoiceView?>> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            if ((await read())?.Text is { } text) return text;
            await Task.Delay(_between, cancellationToken);
        }
    }
}
