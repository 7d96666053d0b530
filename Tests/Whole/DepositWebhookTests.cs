using System.Text.Json.Nodes;
using TPWallet.Chains.Ethereum;
using TPWallet.Client;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Notifications;

namespace TPWallet.Tests.Whole;

/// <summary>From a block of a real chain to a real receiver, which believes what the SDK's verifier believes: a deposit, a reorg that takes it back although it was final, and the deposit again.</summary>
public sealed class DepositWebhookTests : IAsyncLifetime
{
    /// <summary>Deeper than what was final, and than the deposit.</summary>
    private const int Depth = WholeSystem.Confirmations + 3;

    private readonly string _secret = WebhookSecret.New();
    private Anvil _anvil = null!;
    private Receiver _receiver = null!;
    private WholeSystem _system = null!;
    private int _refusals;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _receiver = await Receiver.StartAsync();
        _receiver.Answer = (http, _) => Receiver.Say(http, Interlocked.Exchange(ref _refusals, 0) == 0 ? 200 : 500);
        _system = await WholeSystem.StartAsync(_anvil, new Dictionary<string, string?> { ["Webhooks:Allow:0"] = "127.0.0.0/8" });

        // A chain is followed from where it was first seen: no reorg goes below that.
        await _anvil.MineAsync(Depth);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _receiver.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Deposit_CreditedThenTakenByADeepReorgThenPaidAgain_IsToldAsItStandsUnderIdsThatStay()
    {
        var account = await _system.RegisterAsync(People.StandardGenesis);
        var hot = await _system.CreateKeyAsync(account, "hot");
        var hooks = _system.Grains.GetGrain<IWebhookGrain>(account.ToString());
        (await hooks.Submit(new WebhookCommand.Add(Guid.NewGuid(), "hook", _receiver.Url.ToString(), ["deposit.*"], true, _secret))).Should().BeOfType<CommandReply.Accepted>();

        _refusals = 1;
        var paid = await _system.PayAsync(hot, People.Ether);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var credited = await ToldTwiceAsync("deposit.credited", account);
        credited.Data.Should().Match<NotificationData>(data => data.Transaction == $"{paid.Hash()}" && data.Amount == $"{People.Ether}" && data.Address == hot.Value);

        _refusals = 1;
        await _anvil.CallAsync("anvil_setCoinbase", People.AddressOf("another miner").Value);
        await _anvil.CallAsync("anvil_reorg", Depth, new JsonArray());
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var reversed = await ToldTwiceAsync("deposit.reversed", account);
        reversed.Data.Block.Should().Be(credited.Data.Block, "that is the block that was lost");
        (await _system.AvailableAsync(account, People.Eth)).Should().Be(UInt256.Zero);

        _refusals = 1;
        (await _anvil.Node().SendAsync(paid, CancellationToken.None)).Should().BeOfType<TPWallet.Chains.Nodes.SendResult.Accepted>();
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        var again = await ToldTwiceAsync("deposit.credited", account);
        again.Data.Block.Should().NotBe(credited.Data.Block);
        (await _system.AvailableAsync(account, People.Eth)).Should().Be(People.Ether);

        Notification[] all = [credited, reversed, again];
        all.Select(one => one.Data.Fact).Distinct().Should().ContainSingle("it is one deposit");
        all.Select(one => one.Data.Version).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems("of one fact the event with the highest version holds");
        _receiver.All.Select(one => one.Id).Distinct().Should().HaveCount(all.Length);
        _receiver.IsQuiet.Should().BeTrue();
    }

    /// <summary>The receiver answers 500 at first; what comes again is the same event, signed anew.</summary>
    private async Task<Notification> ToldTwiceAsync(string type, AccountId account)
    {
        var first = await _receiver.NextAsync(type);
        var again = await _receiver.NextAsync($"{type} again");
        (again.Id, Convert.ToHexString(again.Body)).Should().Be((first.Id, Convert.ToHexString(first.Body)));
        again.Signature.Should().NotBe(first.Signature, "the time of the attempt is signed too");
        first.Verified(_secret, TimeProvider.System).Should().BeEquivalentTo(again.Verified(_secret, TimeProvider.System));
        var told = again.Verified(_secret, TimeProvider.System);
        (told.Type, told.Data.Account, told.Data.Subject).Should().Be((type, account.ToString(), "account"));
        return told;
    }
}
