using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>What an account's packets put into the real contract, its channels earned there, and the contract paid out, held against the account's own ledger.</summary>
public sealed class KeyBooksTests : IAsyncLifetime
{
    private static readonly FeeBudget _fee = new(UInt256.Parse("5000000000000000"));

    private Anvil _anvil = null!;
    private ChannelTown _town = null!;
    private WholeSystem _system = null!;
    private (AccountId Account, Address Key) _one;
    private (AccountId Account, Address Key) _two;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _town = await ChannelTown.BuildAsync(_anvil);
        _system = await WholeSystem.StartAsync(_anvil);
        (_one, _two) = (await _town.JoinAsync(_system, "one", paysHome: true), await _town.JoinAsync(_system, "two"));
        await _system.FundAsync(_one.Account, (await _system.Account(_one.Account).Read())!.Addresses[0].Address, People.Ether * 10);
        await _system.FundAsync(_two.Account, await _system.CreateKeyAsync(_two.Account, "hot"), People.Ether * 10);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    /// <summary>One deposits by a packet and is paid out to itself; for the other a stranger deposits, and it is paid out elsewhere.</summary>
    [Fact]
    public async Task Books_FromThePacketToThePayout_Agree_AndWhatDoesNotIsTold()
    {
        var coin = AssetId.Erc20(People.Chain, _town.Token);
        var hot = (await _system.Account(_one.Account).Read())!.Addresses[0].Address;
        await _anvil.CallAsync(_town.Token, TokenCalls.Erc20Transfer(hot, 10_000));
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilAsync(async () => await _system.AvailableAsync(_one.Account, coin) == 10_000, "the tokens");
        await DepositAsync(hot, coin);
        var (a, b) = _one.Key.CompareTo(_two.Key) < 0 ? (_one.Key, _two.Key) : (_two.Key, _one.Key);
        var facts = new ChannelFacts(People.Chain, _town.Manager, a, b, _town.Token, 1);
        await _town.TopUpAsync(facts, _two.Key, 5_000);
        await _anvil.MineAsync(WholeSystem.Confirmations);

        var one = new ChannelRef(ChannelDomain.Id(facts), a == _one.Key ? ChannelSide.A : ChannelSide.B);
        foreach (var (side, account) in new[] { (one, _one.Account), (one.Peer, _two.Account) })
            (await Grain(side).Submit(new ChannelCommand.Open(Guid.NewGuid(), new(account, "channels", facts, ChannelTown.Terms, null)))).Rejected().Should().BeNull();
        await LookUntilAsync(async () => (await Grain(one).Read())!.Book.Deposited == new SidePair(5_000, 10_000) || (await Grain(one).Read())!.Book.Deposited == new SidePair(10_000, 5_000), one, "both deposits");
        await Grain(one).Submit(new ChannelCommand.Pay(Guid.NewGuid(), 1_234));
        await _system.UntilAsync(async () => (await Grain(one.Peer).Read())!.Book.Balance.Of(one.Us) == 8_766, "the payment");
        await Grain(one).Submit(new ChannelCommand.End(Guid.NewGuid()));
        foreach (var side in new[] { one, one.Peer }) await LookUntilAsync(async () => (await Grain(side).Read())!.Phase == ChannelPhase.Closed, one, $"{side.Us} to be closed");

        await ReadUntilAsync(_one.Account, static view => view is { Waiting: 0, PaidHome.IsZero: false }, "what was paid out to be in the account's ledger");
        var view = (await Books(_one.Account).Read())!;
        view.Differences.Should().BeEmpty();
        (view.Deposited, view.ByPackets, view.ByOthers).Should().Be(((UInt256)10_000, (UInt256)10_000, UInt256.Zero));
        (view.Credited, view.Pulled, view.PaidHome, view.PaidElsewhere, view.Credit).Should().Be(((UInt256)8_766, (UInt256)8_766, (UInt256)8_766, UInt256.Zero, UInt256.Zero));
        (await _system.AvailableAsync(_one.Account, coin)).Should().Be(8_766);
        await ReadUntilAsync(_two.Account, static view => !view.Pulled.IsZero, "the other's payout to be read");
        (await Books(_two.Account).Read())!.Should().Match<KeyBooksView>(static other => other.Differences.IsEmpty && other.PaidElsewhere == 6_234 && other.Waiting == 1, "nobody says yet who deposited");
        (await _system.Account(_one.Account).Read())!.Incidents.Should().BeEmpty();

        // As if nodes had hidden an event: what the contract holds does not follow from what it said.
        await OweAsync(_one.Key, 5);
        await ReadUntilAsync(_one.Account, static view => !view.Differences.IsEmpty, "the difference");
        (await Books(_one.Account).Read())!.Differences.Should().Contain(new BooksDifference("contract.credit", "8766", "8771"));
        await _system.UntilAsync(
            async () => (await _system.Account(_one.Account).Read())!.Incidents.Any(told => told.Incident.Code == "channel.key-books-differ" && told.Incident.Chain == People.Chain),
            "the members to be told");
        var note = new KeyBooksCommand.NoteSide(Guid.NewGuid(), one, _one.Key, new(1, 0, 1, false));
        (await Books(_one.Account).Submit(note)).Rejected()!.Code.Should().Be(RejectionCode.NotAllowedCaller, "books are told by sides alone");
    }

    /// <summary>Writes a credit into the contract past its code, wherever its mapping is.</summary>
    private async Task OweAsync(Address party, ulong amount)
    {
        for (ulong slot = 0; slot < 16 && await _town.CreditAsync(party) != amount; slot++)
        {
            var inner = Keccak256.Hash([.. new byte[12], .. party.ToArray(), .. AnvilContracts.Word(slot)]);
            var at = Bytes32.From(Keccak256.Hash([.. new byte[12], .. _town.Token.ToArray(), .. inner]));
            await _anvil.CallAsync("anvil_setStorageAt", _town.Manager.Value, at.ToString(), Bytes32.From(AnvilContracts.Word(amount)).ToString());
        }

        (await _town.CreditAsync(party)).Should().Be(amount);
    }

    private IChannelGrain Grain(ChannelRef side) => _system.Grains.GetGrain<IChannelGrain>(side.ToString());

    private IKeyBooksGrain Books(AccountId account) => _system.Grains.GetGrain<IKeyBooksGrain>(new KeyBooksRef(account, "channels", People.Chain, _town.Manager, _town.Token).ToString());

    private async Task DepositAsync(Address hot, AssetId coin)
    {
        var approve = new Leg.ContractCall("approve", [], People.Chain, hot, _town.Token, UInt256.Zero, TokenCalls.Erc20Approve(_town.Manager, 10_000), [], [], _fee);
        var open = new Leg.ContractCall(
            "open", ["approve"], People.Chain, hot, _town.Manager, UInt256.Zero, ChannelCalls.Open(_one.Key, _two.Key, _town.Token, 10_000), [new(coin, 10_000)], [], _fee);
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var view = await _system.ProposeAsync(new(new(_one.Account, "deposit"), 1, People.Olga.Id, [approve, open], [], now + Span.Hours(1), now + Span.Hours(2)));
        view.State.Should().Be("approving", $"{view.Rejection} {view.Assessment?.Denial}");
        foreach (var person in new[] { People.Ana, People.Ben }) (await _system.VoteAsync(view, person)).Should().BeNull();
        foreach (var leg in view.Content.Legs)
        {
            await _system.UntilLegAsync(view.Ref, leg.Id, "accepted");
            await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        }

        await _system.UntilStateAsync(view.Ref, "settled");
    }

    /// <summary>Mines as the tracker comes along, and has both sides look.</summary>
    private Task LookUntilAsync(Func<Task<bool>> condition, ChannelRef side, string what) => MineUntilAsync(condition, async () =>
    {
        foreach (var one in new[] { side, side.Peer }) await Grain(one).Submit(new ChannelCommand.Look(Guid.NewGuid()));
    }, what);

    /// <summary>The clock would have it read again; here the wait is cut short.</summary>
    private Task ReadUntilAsync(AccountId account, Func<KeyBooksView, bool> condition, string what) => MineUntilAsync(
        async () => await Books(account).Read() is { } view && condition(view), async () => await Books(account).Submit(new KeyBooksCommand.Look(Guid.NewGuid())), what);

    private Task MineUntilAsync(Func<Task<bool>> condition, Func<Task> look, string what) => _system.UntilAsync(
        async () =>
        {
            if (await condition()) return true;
            var height = (await _anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
            if ((await _system.Tracker().Read()).Final is not { } final || final.Number + WholeSystem.Confirmations <= height) return false;
            await _anvil.MineAsync();
            await look();
            return false;
        },
        what);
}
