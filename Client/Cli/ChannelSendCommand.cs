using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TPWallet.Client.Routes;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw channel send: pays over several channels along a given way, and waits for the proof or for the reason why not.</summary>
internal static class ChannelSendCommand
{
    private static readonly TimeSpan _between = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var (account, side, amount) = (Session.AccountArgument(), ChannelCommands.SideArgument(), ChannelCommands.AmountArgument());
        var hash = new Option<Bytes32?>("--hash") { Description = "SHA-256 of the payee's secret.", CustomParser = static result => Session.Parse<Bytes32>(result) };
        var expiry = new Option<ulong>("--expiry") { Description = "Last second, since 1970 by the chain's clock, at which the payee's lock pays; those before it last longer.", Required = true };
        var payee = new Option<HexBytes?>("--payee") { Description = "The payee's onion key, 33 bytes.", CustomParser = static result => Session.Parse<HexBytes>(result) };
        var invoice = new Option<string?>("--invoice") { Description = "Text of the payee's invoice (tpwi…), in place of --hash and --payee." };
        var total = ChannelCommands.AmountOption(
            "--total", "Of all parts of the invoice's payment, where this is not all of it; the others within a minute, each under its own --idempotency-key.");
        var hops = new Option<RouteCarrier[]>("--hop")
        {
            Description = "Who carries it on, once for each, in order: onion key, channel to go on by, seconds between both locks, and then, where they are not 1000 and 0, millionths and base "
                + "units of its fee; with commas between.",
            CustomParser = static result => [.. result.Tokens.Select(token => Hop(result, token.Value)).OfType<RouteCarrier>()],
        };
        var wait = new Option<int>("--wait") { Description = "Seconds to wait for the outcome.", DefaultValueFactory = static _ => 60 };
        return new Command("send", "Pays over several channels along a given way (docs/channels.md). Shows the secret, which proves it, or why it went no further.")
        {
            account, side, amount, hash, expiry, payee, invoice, total, hops, wait,
        }.Runs(async (session, cancellationToken) =>
        {
            var (target, key, payment) = session.Find(invoice) is { } text
                ? OfInvoice(InvoiceCommands.Read(text), session.Find(total) ?? session.Get(amount))
                : (session.Find(hash) ?? throw Missing("--hash"), session.Find(payee) ?? throw Missing("--payee"), (HopPayment?)null);
            var channels = await session.ChannelsAsync(cancellationToken);
            var first = ChannelRoute.Wrap(
                session.Find(hops) ?? [], key, session.Get(amount), session.Get(expiry), target, await session.SeedAsync("onion", cancellationToken), payment);
            var reply = await channels.OfferAsync(
                session.Key, session.Get(account), session.Get(side), first.Amount, first.Expiry, LockKind.Hash, target, first.Onion, cancellationToken);
            if (reply is not CommandReply.Accepted) return session.Report.Reply(reply, session.Key);
            var update = channels.IdOf(session.Key, Operations.OfferLock, session.Get(account), session.Get(side));
            return await AwaitAsync(
                session, () => channels.FollowAsync(session.Get(account), session.Get(side), update, cancellationToken), first, TimeSpan.FromSeconds(session.Get(wait)), cancellationToken);
        });
    }

    private static (Bytes32 Target, HexBytes Payee, HopPayment? Payment) OfInvoice(ChannelInvoice invoice, UInt256 total) => invoice.Amount is { } asked && total < asked
        ? throw new ArgumentException($"{total} given where the invoice asks for {asked}; a part of it needs --total.")
        : (invoice.Terms.Hash, invoice.Terms.OnionKey, new(invoice.Terms.PaymentSecret, total, invoice.Ref.Id));

    private static ArgumentException Missing(string option) => new($"{option} is missing, or --invoice.");

    private static async Task<int> AwaitAsync(
        Session session, Func<Task<UpdateStanding?>> follow, RoutedLock first, TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            switch (await follow())
            {
                case UpdateStanding.Paid paid:
                    return session.Report.Done(("paid", $"{first.Amount}"), ("secret", $"{paid.Secret}"));
                case UpdateStanding.Refused refused:
                    return session.Report.Refuse(refused.Rejection);
                case UpdateStanding.Failed failed:
                    return session.Report.Refuse(new(RejectionCode.WrongState, "a payment that reaches the payee", Why(first, failed)));
                default:
                    break;
            }

            if (Stopwatch.GetElapsedTime(started) >= longest)
            {
                Console.Error.WriteLine("tpw: the payment is under way and not over; it cannot be called back, and ends by its locks' expiry at the latest");
                return ExitCode.OutcomeUnknown;
            }

            await Task.Delay(_between, cancellationToken);
        }
    }

    private static string Why(RoutedLock first, UpdateStanding.Failed failed) => failed.Reason is { } reason && first.Read(reason) is { } read
        ? string.Create(CultureInfo.InvariantCulture, $"{read.Error} at hop {read.Hop} of the way")
        : "it came back, and nobody said why";

    private static RouteCarrier? Hop(ArgumentResult result, string text)
    {
        var (parts, ppm, fee) = (text.Split(','), 1_000u, UInt256.Zero);
        if (parts.Length is >= 3 and <= 5 && HexBytes.TryParse(parts[0], out var key) && Bytes32.TryParse(parts[1], out var next)
            && uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var delta)
            && (parts.Length < 4 || uint.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out ppm))
            && (parts.Length < 5 || UInt256.TryParse(parts[4], out fee)))
            return new(key, next, new HopPolicy(fee, ppm, delta, UInt256.Zero, UInt256.Zero));
        result.AddError($"\"{text}\" is not an onion key, a channel id and seconds with commas between.");
        return null;
    }
}
