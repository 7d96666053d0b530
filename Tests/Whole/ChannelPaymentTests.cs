using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Two accounts pay each other through a channel: grains over a journal, a signer with its floors, the real contract.</summary>
public sealed class ChannelPaymentTests : IAsyncLifetime
{
    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private ChannelTown _town = null!;
    private (AccountId Account, Address Key) _one;
    private (AccountId Account, Address Key) _two;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _town = await ChannelTown.BuildAsync(_anvil);
        _system = await WholeSystem.StartAsync(_anvil);
        (_one, _two) = (await _town.JoinAsync(_system, "one"), await _town.JoinAsync(_system, "two"));
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Payments_BothWays_AreSignedByBoth_AndSurviveARestart()
    {
        var (one, two) = await OpenAsync(10_000, 5_000);
        var sent = new List<Guid>();
        for (var i = 1; i <= 20; i++)
        {
            sent.Add(await PayAsync(one, 10));
            await PayAsync(two, 3);
        }

        await DoneAsync(one, 10_000 - 200 + 60);
        await DoneAsync(two, 5_000 + 200 - 60);
        foreach (var payment in sent) (await Grain(one).Follow(payment)).Should().BeOfType<UpdateStanding.Done>();
        await AgreeAsync(one);
        await RestartAsync();
        await PayAsync(two, 100);
        await DoneAsync(one, 10_000 - 200 + 60 + 100);
        await AgreeAsync(one);
    }

    [Fact]
    public async Task Lock_OfferedFulfilledAndFailed_MovesWhatItSays()
    {
        var (one, two) = await OpenAsync(10_000, 0);
        var secret = new Bytes32((UInt256)77);
        var view = await ReadAsync(one);
        var expiry = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 50_000;
        var target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(secret.ToArray()));
        view.Phase.Should().Be(ChannelPhase.Open);
        await SubmitAsync(one, new ChannelCommand.Offer(Guid.NewGuid(), 400, expiry, LockKind.Hash, target));
        await SubmitAsync(one, new ChannelCommand.Offer(Guid.NewGuid(), 300, expiry, LockKind.Hash, target));
        await _system.UntilAsync(async () => (await ReadAsync(two)).Book.Locks.Length == 2, "both locks");
        await SubmitAsync(two, new ChannelCommand.Fulfil(Guid.NewGuid(), 1, secret));
        await SubmitAsync(two, new ChannelCommand.Fail(Guid.NewGuid(), 2));
        await DoneAsync(one, 9_600);
        await DoneAsync(two, 400);
        await AgreeAsync(one);
    }

    [Fact]
    public async Task TopUp_OnChain_CountsOnceItIsFinal_AndIsAskedFor()
    {
        var (one, two) = await OpenAsync(1_000, 0);
        await _town.TopUpAsync((await ReadAsync(one)).Opening.Facts, KeyOf(two), 500);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await _system.UntilAsync(async () => (await _system.Tracker().Read()).Final!.Value.Number >= (ulong)await HeightAsync() - WholeSystem.Confirmations + 1, "the block to be final");
        foreach (var side in new[] { one, two }) await SubmitAsync(side, new ChannelCommand.Look(Guid.NewGuid()));
        await DoneAsync(two, 500);
        await PayAsync(two, 500);
        await DoneAsync(one, 1_500);
    }

    [Fact]
    public async Task Open_WithoutAMandate_OrWithOtherTerms_SaysWhy_AndMayBeAskedAgain()
    {
        var facts = await _town.OpenAsync(_one.Key, _two.Key, 1_000, 0);
        await _anvil.MineAsync(WholeSystem.Confirmations);
        var side = new ChannelRef(ChannelDomain.Id(facts), facts.A == _one.Key ? ChannelSide.A : ChannelSide.B);
        var opening = new ChannelOpening(_one.Account, "channels", facts, ChannelTown.Terms, null);
        await SubmitAsync(side, new ChannelCommand.Open(Guid.NewGuid(), opening with { Terms = ChannelTown.Terms with { LockFloor = 1 } }));
        await _system.UntilAsync(async () => (await ReadAsync(side)).Trouble is { Code: RejectionCode.PayloadMismatch or RejectionCode.IdempotencyMismatch }, "the other terms to be refused");
        await SubmitAsync(side, new ChannelCommand.Open(Guid.NewGuid(), opening with { Account = _two.Account }));
        await _system.UntilAsync(async () => (await ReadAsync(side)).Trouble is { Code: RejectionCode.KeyUnknown }, "another account's key to be refused");
        (await ReadAsync(side)).Phase.Should().Be(ChannelPhase.None);

        var other = facts with { Manager = _town.Token };
        var elsewhere = side with { Channel = ChannelDomain.Id(other) };
        await SubmitAsync(elsewhere, new ChannelCommand.Open(Guid.NewGuid(), opening with { Facts = other }));
        await _system.UntilAsync(async () => (await ReadAsync(elsewhere)).Trouble is { Code: RejectionCode.OpaqueCall }, "another contract to be refused");
    }

    [Fact]
    public async Task Pay_OnceTheMandateIsRevoked_IsRefusedByTheSigner_AndReceivingGoesOn()
    {
        var (one, two) = await OpenAsync(10_000, 5_000);
        await PayAsync(one, 1);
        await DoneAsync(one, 9_999);
        await ChannelTown.EnactAsync(_system, _one.Account, new AccountChange.RevokeChannels("channels"));
        var refused = await PayAsync(one, 10);
        await _system.UntilAsync(async () => await Grain(one).Follow(refused) is UpdateStanding.Refused { Rejection.Code: RejectionCode.NoRule }, "the signer's refusal");
        await PayAsync(two, 100);
        await DoneAsync(one, 10_099);
        await AgreeAsync(one);
    }

    /// <summary>Opens on chain and on both sides, and waits until both know it as open with its deposits counted in.</summary>
    private async Task<(ChannelRef One, ChannelRef Two)> OpenAsync(ulong deposit, ulong other)
    {
        var facts = await _town.OpenAsync(_one.Key, _two.Key, deposit, other);
        var one = new ChannelRef(ChannelDomain.Id(facts), facts.A == _one.Key ? ChannelSide.A : ChannelSide.B);
        await SubmitAsync(one, new ChannelCommand.Open(Guid.NewGuid(), new(_one.Account, "channels", facts, ChannelTown.Terms, null)));
        await _anvil.MineAsync(WholeSystem.Confirmations);
        await SubmitAsync(one.Peer, new ChannelCommand.Open(Guid.NewGuid(), new(_two.Account, "channels", facts, ChannelTown.Terms, null)));
        await DoneAsync(one, deposit);
        await DoneAsync(one.Peer, other);
        return (one, one.Peer);
    }

    private Address KeyOf(ChannelRef side)
    {
        return side.Us == ChannelSide.A == _one.Key.CompareTo(_two.Key) < 0 ? _one.Key : _two.Key;
    }

    private IChannelGrain Grain(ChannelRef side) => _system.Grains.GetGrain<IChannelGrain>(side.ToString());

    private async Task<ChannelView> ReadAsync(ChannelRef side) => (await Grain(side).Read())!;

    private async Task SubmitAsync(ChannelRef side, ChannelCommand command) => (await Grain(side).Submit(command)).Rejected().Should().BeNull();

    private async Task<Guid> PayAsync(ChannelRef side, ulong amount)
    {
        var id = Guid.NewGuid();
        await SubmitAsync(side, new ChannelCommand.Pay(id, amount));
        return id;
    }

    /// <summary>Both hold a state that leaves a side so much, and nothing waits.</summary>
    private Task DoneAsync(ChannelRef side, ulong balance) => _system.UntilAsync(
        async () => await Grain(side).Read() is { Phase: ChannelPhase.Open, Waiting: 0 } view && view.Book.Balance.Of(side.Us) == balance, $"{side.Us} to have {balance}");

    private async Task AgreeAsync(ChannelRef one)
    {
        await _system.UntilAsync(async () => (await ReadAsync(one)).Book.Equals((await ReadAsync(one.Peer)).Book), "both to hold the same state");
        (await ReadAsync(one)).Book.Balance.Sum.Should().Be((await ReadAsync(one)).Book.Deposited.Sum, "nothing is locked");
    }

    private async Task RestartAsync()
    {
        await _system.DisposeAsync();
        _system = await WholeSystem.StartAsync(_anvil, _system.Folder);
    }

    private async Task<long> HeightAsync() => (long)(await _anvil.Node().BlockNumberAsync(CancellationToken.None)).Value;
}
