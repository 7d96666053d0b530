using TPWallet.Crypto;
using TPWallet.Crypto.Onions;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>An invoice from the payee's command line to the payer's.</summary>
public sealed class InvoiceCommandTests
{
    private static readonly string _account = Bodies.Account.ToString();
    private static readonly ChannelRef _side = new(ChannelParty.Id, ChannelSide.A);

    [Fact]
    public async Task Create_ByAChannel_AsksForItsToken()
    {
        await using var host = await StartAsync();
        var (code, _, error) = await CommandRun.OfAsync(host, "channel", "invoice", "create", _account, "rent", $"{_side}", "--amount", "1000", "--minutes", "5", "--description", "October");
        code.Should().Be(0, error);
        var content = host.Cluster.Seen.Should().ContainSingle().Which.Command.Should().BeOfType<InvoiceCommand.Create>().Subject.Content;
        (content.Place, content.Amount, content.Description).Should().Be((InvoiceRun.Place, (UInt256)1_000, "October"));
    }

    [Fact]
    public async Task Send_ForAnInvoice_SaysItToThePayeeAlone()
    {
        await using var host = await StartAsync();
        using var key = Secp256k1.GenerateKey();
        var invoice = InvoiceOf(InvoiceScene.Plain.Terms with { OnionKey = HexBytes.From(Secp256k1.CreatePublicKey(key)) });
        var (terms, text) = (invoice.Terms, InvoiceText.Write(new(invoice, InvoiceScene.October)));
        host.Cluster.Invoice = () => new(invoice.Ref, 3, InvoiceStage.Open, InvoiceRun.Content(InvoiceRun.Asked), terms, UInt256.Zero, UInt256.Zero) { Text = text };
        var shown = await CommandRun.OfAsync(host, "channel", "invoice", "show", _account, "rent");
        shown.Output.Should().Contain(text, shown.Error);

        (await CommandRun.OfAsync(host, "channel", "send", _account, $"{_side}", "400", "--invoice", text, "--expiry", "9000")).Code.Should().Be(2, "a part says of how much");
        host.Cluster.Seen.Should().BeEmpty();
        (await CommandRun.OfAsync(host, "channel", "send", _account, $"{_side}", "400", "--total", "1000", "--invoice", text, "--expiry", "9000", "--wait", "0")).Code.Should().Be(3, "nobody has taken it yet");
        var offer = host.Cluster.Seen.Should().ContainSingle().Which.Command.Should().BeOfType<ChannelCommand.Offer>().Subject;
        (offer.Amount, offer.Expiry, offer.Kind, offer.Target).Should().Be(((UInt256)400, 9_000UL, LockKind.Hash, terms.Hash));
        HopPayload.Read(Onion.Peel(offer.Onion!.Value.Span, key, terms.Hash.ToArray())!.Payload)
            .Should().Be(new HopPayload(400, 9_000, null) { Payment = new(terms.PaymentSecret, 1_000, "rent") });
    }

    [Fact]
    public async Task Begin_OfAText_SaysItAndWhatIsMeant_AndNothingOfOneThatIsNotSigned()
    {
        await using var host = await StartAsync();
        var invoice = InvoiceOf(InvoiceScene.Plain.Terms);
        var text = InvoiceText.Write(new(invoice, InvoiceScene.October));
        var expired = InvoiceText.Write(new(InvoiceScene.Sign(invoice with { ExpiresAt = Now() - Span.Seconds(1) }), InvoiceScene.October));
        foreach (var (wrong, code) in new[] { (expired, "Expired"), (text.ToUpperInvariant(), "Malformed"), (text[..^1], "BadChecksum") })
        {
            var run = await CommandRun.OfAsync(host, "channel", "payment", "begin", _account, "p", "--invoice", wrong);
            (run.Code, run.Error.Contains($"refused: {code}", StringComparison.Ordinal)).Should().Be((1, true), run.Error);
        }

        host.Cluster.Seen.Should().BeEmpty("it was refused before anybody was asked");
        var (done, _, error) = await CommandRun.OfAsync(host, "channel", "payment", "begin", _account, "p", "--invoice", text, "--key", "mine", "--wait", "0");
        done.Should().Be(3, error);
        var begin = host.Cluster.Seen.Should().ContainSingle().Which.Command.Should().BeOfType<PaymentCommand.Begin>().Subject;
        (begin.Invoice, begin.Place, begin.Amount, begin.Probe).Should().Be((text, invoice.Place with { Key = "mine" }, (UInt256)1_000, (Bytes32?)null));
    }

    [Fact]
    public async Task Read_OfAText_ShowsWhatIsSigned_AndRefusesWhatIsNot()
    {
        await using var host = await StartAsync();
        var (text, invoice) = (InvoiceText.Write(InvoiceScene.Rent), InvoiceScene.Rent.Invoice);
        var (code, shown, error) = await CommandRun.OfAsync(host, "channel", "invoice", "read", text);
        code.Should().Be(0, error);
        foreach (var said in new[] { "1000", "October", $"{InvoiceScene.Payee}", $"{invoice.Ref.Account}", $"{invoice.Terms.Hash}", $"{invoice.Place.Token}", $"{invoice.ExpiresAt}" }) shown.Should().Contain(said);
        (code, _, error) = await CommandRun.OfAsync(host, "channel", "invoice", "read", text[..^1] + (text[^1] == 'q' ? 'p' : 'q'));
        (code, error).Should().Be((1, $"refused: BadChecksum{Environment.NewLine}  expected: the checksum of Bech32m{Environment.NewLine}  actual:   another{Environment.NewLine}"));
        host.Cluster.Seen.Should().BeEmpty("it asks nobody");
    }

    private static Instant Now() => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>One that can be paid now.</summary>
    private static ChannelInvoice InvoiceOf(InvoiceTerms terms) => InvoiceScene.Sign(InvoiceScene.Plain with
    {
        Ref = new(Bodies.Account, "rent"),
        ExpiresAt = Now() + Span.Hours(1),
        Terms = terms with { Seal = new(Now() - Span.Hours(1), InvoiceScene.October.Hash, default) },
    });

    private static async Task<GatewayHost> StartAsync()
    {
        var host = await GatewayHost.StartAsync([ApiKeyFile.Generate("payer", "acme", [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Channels])]);
        host.Cluster.Channel = () => new(
            _side, ChannelPhase.Open, ChannelParty.OpeningOf(ChannelSide.A) with { Account = Bodies.Account }, ChannelBook.Empty, default, UInt256.Zero, 0, false, null, 1);
        return host;
    }
}
