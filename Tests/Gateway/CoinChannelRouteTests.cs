using TPWallet.Chains.Bitcoin;
using TPWallet.Client;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Rest;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Chains.Bitcoin;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.CoinChannels;

namespace TPWallet.Tests.Gateway;

/// <summary>Who may use a channel on a chain of the Bitcoin family, of which account, and which transaction may fund it.</summary>
public sealed class CoinChannelRouteTests
{
    private static readonly CoinChannelRef _side = new(CoinPair.Parties.Id, CoinSide.Opener);

    [Fact]
    public async Task Commands_OfTheAccountsChannel_ReachItsSide_UnderTheIdThatFollows()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        var view = View();
        host.Cluster.CoinChannel = () => view;
        var channels = Channels(host);
        (await channels.OpenAsync(new("open"), _side, view.Opening)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.FundAsync(new("fund"), Bodies.Account, _side, new(Bytes32.Zero, 1), null)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.UpdateAsync(new("pay"), Bodies.Account, _side, new CoinUpdate.Pay(5))).Should().BeOfType<CommandReply.Accepted>();
        (await channels.LookAsync(new("look"), Bodies.Account, _side)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.EndAsync(new("end"), Bodies.Account, _side)).Should().BeOfType<CommandReply.Accepted>();
        (await channels.CloseAsync(new("close"), Bodies.Account, _side)).Should().BeOfType<CommandReply.Accepted>();
        host.Cluster.Seen.Select(static seen => seen.Command.GetType()).Should().Equal(
            typeof(CoinCommand.Open), typeof(CoinCommand.Fund), typeof(CoinCommand.Update), typeof(CoinCommand.Look), typeof(CoinCommand.End), typeof(CoinCommand.Close));
        host.Cluster.Seen.Should().OnlyContain(static seen => seen.Grain == _side.ToString());
        host.Cluster.Seen.ElementAt(2).Command.CommandId.Should().Be(channels.IdOf(new("pay"), Bodies.Account, _side));
        (await channels.FollowAsync(Bodies.Account, _side, Guid.NewGuid())).Should().BeOfType<UpdateStanding.Waiting>();
        (await channels.ReadAsync(Bodies.Account, _side))!.Phase.Should().Be(CoinPhase.Opening);
    }

    [Fact]
    public async Task Commands_WithoutTheScope_OrOnAnothersChannel_ReachNothing()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Propose, ApiScope.Admin, ApiScope.Operator)]);
        host.Cluster.CoinChannel = View;
        Code(await Channels(host).UpdateAsync(new("pay"), Bodies.Account, _side, new CoinUpdate.Pay(5))).Should().Be(RejectionCode.MissingScope);
        host.Cluster.Seen.Should().BeEmpty();

        await using var other = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        var foreign = View() with { Opening = View().Opening with { Account = new(new Bytes32(5)) } };
        other.Cluster.CoinChannel = () => foreign;
        Code(await Channels(other).CloseAsync(new("close"), Bodies.Account, _side)).Should().Be(RejectionCode.NotFound);
        (await Channels(other).ReadAsync(Bodies.Account, _side)).Should().BeNull();
        (await other.SendAsync(HttpMethod.Get, $"/v1/accounts/{Bodies.Account}/coin-channels/{_side.Channel}/A", null, null)).Status.Should().Be(400);
        other.Cluster.Seen.Should().BeEmpty();
    }

    [Fact]
    public async Task Funding_ByATransactionThatIsNotTheChannels_ReachesNothing()
    {
        await using var host = await GatewayHost.StartAsync([KeyOf(ApiScope.Read, ApiScope.Channels)]);
        var view = View();
        host.Cluster.CoinChannel = () => view;
        var output = CoinFundings.OutputOf(view)!;
        using var purse = new RegtestPurse(7);
        var coin = new RegtestPurse.Coin(new(BitcoinHash.Of([1]), 0), new(2_000_000, purse.Script));
        var right = purse.Spend([coin], [output]);
        async Task<RejectionCode?> FundAsync(string key, BitcoinTransaction transaction, Bytes32? txid = null) =>
            (await Channels(host).FundAsync(new(key), Bodies.Account, _side, new(txid ?? transaction.Txid().Shown, 0), transaction.Encode())).Rejected()?.Code;

        (await FundAsync("value", purse.Spend([coin], [new(output.ValueSat - 1, output.ScriptPubKey)]))).Should().Be(RejectionCode.PayloadMismatch);
        (await FundAsync("script", purse.Spend([coin], [new(output.ValueSat, purse.Script)]))).Should().Be(RejectionCode.PayloadMismatch);
        (await FundAsync("id", right, Bytes32.Zero)).Should().Be(RejectionCode.PayloadMismatch);
        (await FundAsync("unsigned", right.WithInput(0, right.Inputs[0] with { Witness = [] }))).Should().Be(RejectionCode.Malformed);
        host.Cluster.Seen.Should().BeEmpty();
        (await FundAsync("right", right)).Should().BeNull();
    }

    private static CoinChannelView View()
    {
        using var pair = new CoinPair();
        pair.Meet();
        var opening = pair.OpeningOf(pair.Opener) with { Account = Bodies.Account };
        return new(_side, CoinPhase.Opening, opening, pair.Opener.State.Book, 0, 0, null, null, null, 1) { Ours = pair.Opener.State.Ours, Theirs = pair.Opener.State.Theirs };
    }

    private static RejectionCode Code(CommandReply reply) => reply.Should().BeOfType<CommandReply.Refused>().Which.Rejection.Code;

    private static RestCoinChannels Channels(GatewayHost host) => new(host.Http, host.Key, host.Clock);

    private static ApiKey KeyOf(params ReadOnlySpan<ApiScope> scopes) => ApiKeyFile.Generate("payer", "acme", [ApiKey.AllAccounts], [.. scopes]);
}
