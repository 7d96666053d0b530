using System.Text.Json;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Invoices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Invoices;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>tpw packet invoice: what it writes is a packet's legs, well formed, and says what the invoice and the caller said.</summary>
public sealed class PacketInvoiceCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-invoice-").FullName;

    [Fact]
    public async Task Invoice_WithAFallback_IsTwoLegsOfThePacket()
    {
        await using var host = await GatewayHost.StartAsync();
        var now = Now();
        var packet = Bodies.Packet with { OpenBefore = now + Span.Hours(6), SettleBefore = now + Span.Hours(7) };
        await File.WriteAllTextAsync(At("packet.json"), JsonSerializer.Serialize(packet, ContractJson.Default.PacketContent));
        var run = await CommandRun.OfAsync(
            host, "packet", "invoice", TextOf(now + Span.Hours(5)), "--fallback", People.AddressOf("shop").Value, "--from", People.AddressOf("hot").Value, "--fee", "1000", "--leg", "rent",
            "--packet", At("packet.json"), "--out", At("whole.json"));
        run.Code.Should().Be(0, run.Error);
        var content = JsonSerializer.Deserialize(await File.ReadAllTextAsync(At("whole.json")), ContractJson.Default.PacketContent)!;
        PacketForm.Check(content).Should().BeNull();
        content.Legs.Select(static leg => leg.Id.Value).Should().Equal("pay", "rent", "rent-chain");
        var leg = (Leg.ChannelPayment)content.Legs[1];
        (leg.Key, leg.Amount, leg.MostFee, leg.MostParts).Should().Be(((Name)"channels", new Amount(People.Token, 400), 10, 16));
        leg.Invoice.Should().Be(InvoiceOf(now + Span.Hours(5)));
        leg.Until.Should().BeGreaterThanOrEqualTo(now + Span.Hours(1)).And.BeLessThan(now + Span.Hours(2));
        var other = (Leg.ChainTransfer)content.Legs[2];
        (other.To, other.From, other.Amount, other.Fee.Max, other.InsteadOf).Should().Be(
            (People.AddressOf("shop"), People.AddressOf("hot"), new Amount(People.Token, 400), (UInt256)1_000, (Name)"rent"));
    }

    [Fact]
    public async Task Invoice_Alone_IsOneLeg()
    {
        await using var host = await GatewayHost.StartAsync();
        var run = await CommandRun.OfAsync(host, "packet", "invoice", TextOf(Now() + Span.Hours(5)), "--most-fee", "3", "--key", "other", "--out", At("legs.json"));
        run.Code.Should().Be(0, run.Error);
        var leg = (Leg.ChannelPayment)JsonSerializer.Deserialize(await File.ReadAllTextAsync(At("legs.json")), ContractJson.Default.ImmutableArrayLeg).Single();
        (leg.Id, leg.Key, leg.MostFee).Should().Be(((Name)"invoice", (Name)"other", (UInt256)3));
    }

    [Fact]
    public async Task Invoice_ThatHasExpired_OrIsNotSigned_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        var (code, _, error) = await CommandRun.OfAsync(host, "packet", "invoice", TextOf(Now() - Span.Seconds(1)), "--out", At("legs.json"));
        code.Should().Be(1);
        error.Should().Contain("refused: Expired");
        (code, _, error) = await CommandRun.OfAsync(host, "packet", "invoice", TextOf(Now() + Span.Hours(1)).Replace("1p", "11p", StringComparison.Ordinal), "--out", At("legs.json"));
        code.Should().Be(1);
        error.Should().Contain("refused: BadChecksum");
        File.Exists(At("legs.json")).Should().BeFalse();
    }

    [Theory]
    [InlineData("--from is missing", "--fallback", "0x1111111111111111111111111111111111111111", "--fee", "1")]
    [InlineData("--fee is missing", "--fallback", "0x1111111111111111111111111111111111111111", "--from", "0x1111111111111111111111111111111111111111")]
    [InlineData("--fallback, which is missing", "--fee", "1", "--minutes", "2")]
    [InlineData("is no address", "--fallback", "0x11", "--from", "0x1111111111111111111111111111111111111111", "--fee", "1")]
    [InlineData("--most-parts is 1 to 30", "--most-parts", "31", "--minutes", "2")]
    public async Task Invoice_WithSomethingElse_IsAWrongArgument(string why, params string[] arguments)
    {
        await using var host = await GatewayHost.StartAsync();
        var run = await CommandRun.OfAsync(host, ["packet", "invoice", TextOf(Now() + Span.Hours(5)), "--out", At("legs.json"), .. arguments]);
        run.Code.Should().Be(2);
        run.Error.Should().Contain(why);
        File.Exists(At("legs.json")).Should().BeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Instant Now() => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private static ChannelInvoice InvoiceOf(Instant expires)
    {
        var terms = ChannelLegs.Invoice.Terms;
        return InvoiceScene.Sign(ChannelLegs.Invoice with { ExpiresAt = expires, Terms = terms with { Seal = terms.Seal! with { MadeAt = expires - Span.Hours(9) } } });
    }

    private static string TextOf(Instant expires) => InvoiceText.Write(new(InvoiceOf(expires), InvoiceScene.October));

    private string At(string name) => Path.Combine(_folder, name);
}
