using System.Text.Json;
using TPWallet.Chains.Bitcoin;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Packets;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>tpw packet batch: what it writes is a packet's legs, well formed, and says what was asked.</summary>
public sealed class BatchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-batch-").FullName;

    [Fact]
    public async Task Batch_OfCoinAndToken_ComesAfterItsAllowance()
    {
        await using var host = await GatewayHost.StartAsync();
        var (shop, cook, token) = (People.AddressOf("shop"), People.AddressOf("cook"), People.AddressOf("token"));
        var packet = At("packet.json");
        await File.WriteAllTextAsync(packet, JsonSerializer.Serialize(Bodies.Packet, ContractJson.Default.PacketContent));
        var run = await CommandRun.OfAsync(
            host, "packet", "batch", "--chain", People.Chain.Value, "--from", People.AddressOf("hot").Value, "--contract", People.AddressOf("multisend").Value, "--fee", "1000",
            "--pay", $"{shop}=5", $"{cook}=7@{token}", $"{shop}=3@{token}", "--packet", packet, "--out", At("whole.json"));
        run.Code.Should().Be(0, run.Error);
        var content = JsonSerializer.Deserialize(await File.ReadAllTextAsync(At("whole.json")), ContractJson.Default.PacketContent)!;
        PacketForm.Check(content).Should().BeNull();
        content.Legs.Select(leg => leg.Id.Value).Should().Equal("pay", "batch-approve-1", "batch");
        var batch = (Leg.ContractCall)content.Legs[2];
        batch.After.Should().Equal((Name)"batch-approve-1");
        MultiSend.Read(batch)!.Value.Should().Equal(
            new BatchPayment(shop, new(People.Eth, 5)), new BatchPayment(cook, new(People.Token, 7)), new BatchPayment(shop, new(People.Token, 3)));
        ((Leg.ContractCall)content.Legs[1]).Data.ToString().Should().Be(
            $"0x095ea7b3{new string('0', 24)}{People.AddressOf("multisend").Value[2..]}{new string('0', 63)}a", "ten are allowed, and no more");
    }

    /// <summary>An allowance replaces the one before it: approve, approve, spend, spend would leave the first batch too little, or the second.</summary>
    [Fact]
    public async Task Batch_BesideAnotherOfTheSameContract_ApprovesAfterThatOneHasSpent()
    {
        await using var host = await GatewayHost.StartAsync();
        await File.WriteAllTextAsync(At("none.json"), JsonSerializer.Serialize(Bodies.Packet, ContractJson.Default.PacketContent));
        await AddAsync(host, "none.json", "first.json", "first", "multisend", $"{People.AddressOf("shop")}=7@{People.AddressOf("token")}");
        await AddAsync(host, "first.json", "coin.json", "coin", "multisend", $"{People.AddressOf("shop")}=7");
        await AddAsync(host, "coin.json", "other.json", "other", "elsewhere", $"{People.AddressOf("shop")}=7@{People.AddressOf("token")}");
        await AddAsync(host, "other.json", "second.json", "second", "multisend", $"{People.AddressOf("shop")}=9@{People.AddressOf("token")}");
        var content = JsonSerializer.Deserialize(await File.ReadAllTextAsync(At("second.json")), ContractJson.Default.PacketContent)!;
        PacketForm.Check(content).Should().BeNull();
        After("first-approve-1").Should().BeEmpty();
        After("coin").Should().BeEmpty("a coin needs no allowance");
        After("other-approve-1").Should().BeEmpty("it is another contract's allowance");
        After("second-approve-1").Should().Equal("first", "coin");
        After("second").Should().Equal("second-approve-1");

        IEnumerable<string> After(Name leg) => content.Legs.Single(one => one.Id == leg).After.Select(one => one.Value);
    }

    [Fact]
    public async Task Batch_OnABitcoinChain_IsOneLegOfEveryKindOfPayee()
    {
        await using var host = await GatewayHost.StartAsync();
        var chain = BitcoinChain.Regtest;
        var from = BitcoinAddress.Format(OutputScript.Witness(0, People.AddressOf("hot").ToArray()), chain.Network)!;
        var pays = CoinPaymentsFormTests.AllForms.Select(payee => $"{BitcoinAddress.Format(new(payee.Script), chain.Network)}={payee.Value}");
        var run = await CommandRun.OfAsync(
            host, ["packet", "batch", "--chain", chain.Id.Value, "--from", from, "--fee", "5000", "--leg", "all", "--out", At("legs.json"), "--pay", .. pays]);
        run.Code.Should().Be(0, run.Error);
        var leg = JsonSerializer.Deserialize(await File.ReadAllTextAsync(At("legs.json")), ContractJson.Default.ImmutableArrayLeg).Single();
        var payments = leg.Should().BeOfType<Leg.CoinPayments>().Subject;
        (payments.Id.Value, payments.From, payments.Fee.Max).Should().Be(("all", People.AddressOf("hot"), (UInt256)5_000));
        payments.Payees.Should().Equal(CoinPaymentsFormTests.AllForms);
    }

    [Theory]
    [InlineData("eip155:31337", "shop", "is not TO=AMOUNT")]
    [InlineData("eip155:31337", "0x1=5", "is no address")]
    [InlineData("eip155:31337", "0x1111111111111111111111111111111111111111=0", "above zero")]
    [InlineData("eip155:31337", "0x1111111111111111111111111111111111111111=@", "is not TO=AMOUNT")]
    [InlineData("tpw:ledger", "0x1111111111111111111111111111111111111111=5", "No batches on")]
    public async Task Batch_OfSomethingElse_IsAWrongArgument(string chain, string pay, string why)
    {
        await using var host = await GatewayHost.StartAsync();
        var run = await CommandRun.OfAsync(
            host, "packet", "batch", "--chain", chain, "--from", People.AddressOf("hot").Value, "--contract", People.AddressOf("multisend").Value, "--fee", "1000", "--pay", pay,
            "--out", At("legs.json"));
        run.Code.Should().Be(2);
        run.Error.Should().Contain(why);
        File.Exists(At("legs.json")).Should().BeFalse();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task AddAsync(GatewayHost host, string packet, string whole, string leg, string contract, string pay)
    {
        var run = await CommandRun.OfAsync(
            host, "packet", "batch", "--chain", People.Chain.Value, "--from", People.AddressOf("hot").Value, "--contract", People.AddressOf(contract).Value, "--fee", "1000",
            "--leg", leg, "--pay", pay, "--packet", At(packet), "--out", At(whole));
        run.Code.Should().Be(0, run.Error);
    }

    private string At(string name) => Path.Combine(_folder, name);
}
