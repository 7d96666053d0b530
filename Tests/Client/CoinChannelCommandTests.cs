using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.CoinChannels;
using TPWallet.Tests.Gateway;

namespace TPWallet.Tests.Client;

/// <summary>tpw channel coin: what each command asks for, and what is shown.</summary>
public sealed class CoinChannelCommandTests
{
    private static readonly string _account = Bodies.Account.ToString();
    private static readonly CoinChannelRef _side = new(CoinPair.Parties.Id, CoinSide.Opener);

    [Fact]
    public async Task Updates_ReachTheSideAsTheyWereSaid()
    {
        await using var host = await StartAsync(static view => view);
        var hash = "0x" + new string('5', 64);
        foreach (var arguments in new string[][] { ["pay", "5"], ["offer", "6", "--hash", hash, "--expiry", "900000"], ["fulfil", "3", "--preimage", hash], ["fail", "2"], ["fee", "1000"] })
        {
            var (code, _, error) = await CommandRun.OfAsync(host, ["channel", "coin", arguments[0], _account, $"{_side}", .. arguments[1..]]);
            code.Should().Be(0, error);
        }

        var word = Bytes32.Parse(hash);
        host.Cluster.Seen.Select(static seen => ((CoinCommand.Update)seen.Command).Wish).Should().Equal(
            new CoinUpdate.Pay(5), new CoinUpdate.Offer(6, word, 900_000), new CoinUpdate.Fulfil(3, word), new CoinUpdate.Fail(2), new CoinUpdate.SetFee(1_000));
    }

    [Fact]
    public async Task Opening_ItsIdAndItsFunding_AreReadFromFilesAndText()
    {
        await using var host = await StartAsync(static view => view);
        var (file, raw) = (Path.Combine(host.Folder, "opening.json"), Path.Combine(host.Folder, "funding.hex"));
        var opening = View().Opening;
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(opening, ContractJson.Default.CoinOpening));
        (await CommandRun.OfAsync(host, "channel", "coin", "id", file)).Output.Should().Contain(_side.Channel.ToString());
        var (code, _, error) = await CommandRun.OfAsync(host, "channel", "coin", "open", $"{_side}", file);
        code.Should().Be(0, error);
        ((CoinCommand.Open)host.Cluster.Seen.Single().Command).Opening.Should().Be(opening);
        var txid = new string('6', 64);
        (code, _, error) = await CommandRun.OfAsync(host, "channel", "coin", "fund", _account, $"{_side}", "--output", $"{txid}:1");
        code.Should().Be(0, error);
        host.Cluster.Seen.Last().Command.Should().Match<CoinCommand.Fund>(fund => fund.Funding == new TPWallet.Grains.Interfaces.Chains.SpentOutput(Bytes32.Parse("0x" + txid), 1) && fund.Transaction == null);
        (await CommandRun.OfAsync(host, "channel", "coin", "fund", _account, $"{_side}", "--output", "nothing")).Code.Should().Be(2);
        await File.WriteAllTextAsync(raw, "00ff\n");
        (code, _, error) = await CommandRun.OfAsync(host, "channel", "coin", "fund", _account, $"{_side}", "--output", $"{txid}:1", "--transaction", raw);
        (code, error).Should().Match<(int Code, string Error)>(static said => said.Code == 1 && said.Error.Contains(nameof(RejectionCode.Malformed), StringComparison.Ordinal), "it is no transaction");
    }

    [Fact]
    public async Task Show_SaysWhereItStands_AndHowToFundIt()
    {
        await using var host = await StartAsync(static view => view with { FundingAddress = "bcrt1qfunding" });
        var (code, output, error) = await CommandRun.OfAsync(host, "channel", "coin", "show", _account, $"{_side}");
        code.Should().Be(0, error);
        output.ReplaceLineEndings(" ").Should().Contain("Opening").And.Contain("1000000 satoshis at bcrt1qfunding").And.Contain("send nothing before it is Funding");
        (await CommandRun.OfAsync(host, "channel", "coin", "show", _account, $"{_side.Channel}/A")).Code.Should().Be(2);
    }

    private static CoinChannelView View()
    {
        using var pair = new CoinPair();
        return new(_side, CoinPhase.Opening, pair.OpeningOf(pair.Opener) with { Account = Bodies.Account }, new(0, 1_000, 0, 0, [], 0, 0), 0, 0, null, null, null, 1);
    }

    private static async Task<GatewayHost> StartAsync(Func<CoinChannelView, CoinChannelView> change)
    {
        var host = await GatewayHost.StartAsync([ApiKeyFile.Generate("payer", "acme", [ApiKey.AllAccounts], [ApiScope.Read, ApiScope.Channels])]);
        var view = change(View());
        host.Cluster.CoinChannel = () => view;
        return host;
    }
}
