using System.CommandLine;
using System.Text.Json;
using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Cli;

/// <summary>tpw packet invoice: the leg that pays an invoice over channels, with the one on chain that is made instead. It asks nobody and sends nothing.</summary>
internal static class PacketInvoiceCommand
{
    private static readonly Argument<string> Invoice = new("invoice") { Description = "Text of the payee's invoice (tpwi…)." };
    private static readonly Option<string> Key = new("--key") { Description = "The account's channel key.", DefaultValueFactory = static _ => "channels" };
    private static readonly Option<UInt256?> Amount = ChannelCommands.AmountOption("--amount", "Base units of the token; without it what the invoice asks for.");
    private static readonly Option<UInt256?> MostFee = ChannelCommands.AmountOption(
        "--most-fee", "Most that those on the way may keep together; base units; without it a hundredth of the amount, and 10 at the least.");

    private static readonly Option<int> Parts = new("--most-parts") { Description = "Most parts at once.", DefaultValueFactory = static _ => 16 };
    private static readonly Option<int> Minutes = new("--minutes")
    {
        Description = "How long from now ways are looked for, the votes' time included; without --fallback it may be until the packet's settle-before, with it until before its open-before.",
        DefaultValueFactory = static _ => 60,
    };

    private static readonly Option<string?> Fallback = new("--fallback") { Description = "The payee's address, to which the amount is sent on chain when the payment has failed with nothing paid; without it the leg fails." };
    private static readonly Option<string?> From = new("--from") { Description = "The own address that --fallback is paid from." };
    private static readonly Option<UInt256?> Fee = ChannelCommands.AmountOption("--fee", "Fee budget of --fallback, in wei.");
    private static readonly Option<string> Leg = new("--leg") { Description = "Name of the leg; the one made instead has \"-chain\" after it.", DefaultValueFactory = static _ => "invoice" };
    private static readonly Option<string?> Packet = new("--packet") { Description = "A packet's content as JSON: the legs are added to it." };
    private static readonly Option<string> Output = new("--out", "-o") { Description = "Where the legs go, or the packet with them; a new file.", Required = true };

    public static Command Create() => new Command("invoice", "Builds the leg that pays an invoice over channels, and the one on chain that is made instead where that fails (docs/channels.md).")
    {
        Invoice, Key, Amount, MostFee, Parts, Minutes, Fallback, From, Fee, Leg, Packet, Output,
    }.Runs(static async (session, cancellationToken) =>
    {
        var content = session.Find(Packet) is { } file ? await Session.ReadAsync(file, ContractJson.Default.PacketContent, cancellationToken) : null;
        var legs = Legs(session, InvoiceCommands.Read(session.Get(Invoice)));
        await Session.WriteNewAsync(
            session.Get(Output),
            content is null
                ? JsonSerializer.Serialize(legs, ContractJson.Default.ImmutableArrayLeg)
                : JsonSerializer.Serialize(content with { Legs = content.Legs.AddRange(legs) }, ContractJson.Default.PacketContent),
            cancellationToken);
        return session.Report.Done(("legs", string.Join(", ", legs.Select(static leg => leg.Id))), ("file", session.Get(Output)));
    });

    private static ImmutableArray<Leg> Legs(Session session, ChannelInvoice invoice)
    {
        var value = session.Find(Amount) ?? invoice.Amount ?? throw new ArgumentException("--amount is missing: the invoice leaves it to the payer.");
        if (session.Get(Parts) is < 1 or > PaymentContent.PartCeiling) throw new ArgumentException($"--most-parts is 1 to {PaymentContent.PartCeiling}.");
        var amount = new Amount(AssetId.Erc20(invoice.Place.Chain, invoice.Place.Token), value);
        var until = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) + Span.Seconds(60L * session.Get(Minutes));
        Name name = session.Get(Leg);
        var leg = new Leg.ChannelPayment(name, [], session.Get(Key), invoice, amount, session.Find(MostFee) ?? UInt256.Max(value / 100, 10), session.Get(Parts), until);
        if (session.Find(Fallback) is not { } fallback)
        {
            return session.Find(From) is null && session.Find(Fee) is null ? [leg] : throw new ArgumentException("--from and --fee are of --fallback, which is missing.");
        }

        var from = AddressOf(session.Find(From) ?? throw new ArgumentException("--from is missing: the own address that --fallback is paid from."));
        var fee = session.Find(Fee) ?? throw new ArgumentException("--fee is missing: the fee budget of --fallback, in wei.");
        return [leg, new Leg.ChainTransfer($"{name}-chain", [], from, AddressOf(fallback), amount, new(fee)) { InsteadOf = name }];
    }

    private static Address AddressOf(string text) => EthereumAddress.Parse(text).TryGet(out var address, out var refusal)
        ? address
        : throw new ArgumentException($"\"{text}\" is no address: expected {refusal.Expected}.");
}
