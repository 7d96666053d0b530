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
    private ChannelPair _pair = null!;

    public async Task InitializeAsync() => _pair = await ChannelPair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Payments_BothWays_AreSignedByBoth_AndSurviveARestart()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 5_000);
        var sent = new List<Guid>();
        for (var i = 1; i <= 20; i++)
        {
            sent.Add(await _pair.PayAsync(one, 10));
            await _pair.PayAsync(two, 3);
        }

        await _pair.DoneAsync(one, 10_000 - 200 + 60);
        await _pair.DoneAsync(two, 5_000 + 200 - 60);
        foreach (var payment in sent) (await _pair.Grain(one).Follow(payment)).Should().BeOfType<UpdateStanding.Done>();
        await _pair.AgreeAsync(one);
        await _pair.RestartAsync();
        await _pair.PayAsync(two, 100);
        await _pair.DoneAsync(one, 10_000 - 200 + 60 + 100);
        await _pair.AgreeAsync(one);
    }

    [Fact]
    public async Task Lock_OfferedFulfilledAndFailed_MovesWhatItSays()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 0);
        var secret = new Bytes32((UInt256)77);
        var view = await _pair.ReadAsync(one);
        var expiry = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 50_000;
        var target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(secret.ToArray()));
        view.Phase.Should().Be(ChannelPhase.Open);
        await _pair.SubmitAsync(one, new ChannelCommand.Offer(Guid.NewGuid(), 400, expiry, LockKind.Hash, target));
        await _pair.SubmitAsync(one, new ChannelCommand.Offer(Guid.NewGuid(), 300, expiry, LockKind.Hash, target));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(two)).Book.Locks.Length == 2, "both locks");
        await _pair.SubmitAsync(two, new ChannelCommand.Fulfil(Guid.NewGuid(), 1, secret));
        await _pair.SubmitAsync(two, new ChannelCommand.Fail(Guid.NewGuid(), 2));
        await _pair.DoneAsync(one, 9_600);
        await _pair.DoneAsync(two, 400);
        await _pair.AgreeAsync(one);
    }

    [Fact]
    public async Task TopUp_OnChain_CountsOnceItIsFinal_AndIsAskedFor()
    {
        var (one, two) = await _pair.OpenAsync(1_000, 0);
        await _pair.Town.TopUpAsync((await _pair.ReadAsync(one)).Opening.Facts, _pair.KeyOf(two), 500);
        await _pair.Anvil.MineAsync(WholeSystem.Confirmations);
        await _pair.System.UntilAsync(async () => (await _pair.System.Tracker().Read()).Final!.Value.Number >= (ulong)await _pair.HeightAsync() - WholeSystem.Confirmations + 1, "the block to be final");
        // Who is asked to count it in before it has seen it refuses, and is asked again after a later block alone.
        await _pair.SubmitAsync(one, new ChannelCommand.Look(Guid.NewGuid()));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(one)).Deposits.Of(two.Us) == 500, "the payer's peer to see the deposit");
        await _pair.SubmitAsync(two, new ChannelCommand.Look(Guid.NewGuid()));
        await _pair.DoneAsync(two, 500);
        await _pair.PayAsync(two, 500);
        await _pair.DoneAsync(one, 1_500);
    }

    [Fact]
    public async Task Open_WithoutAMandate_OrWithOtherTerms_SaysWhy_AndMayBeAskedAgain()
    {
        var facts = await _pair.Town.OpenAsync(_pair.One.Key, _pair.Two.Key, 1_000, 0);
        await _pair.Anvil.MineAsync(WholeSystem.Confirmations);
        var side = new ChannelRef(ChannelDomain.Id(facts), facts.A == _pair.One.Key ? ChannelSide.A : ChannelSide.B);
        var opening = new ChannelOpening(_pair.One.Account, "channels", facts, ChannelTown.Terms, null);
        await _pair.SubmitAsync(side, new ChannelCommand.Open(Guid.NewGuid(), opening with { Terms = ChannelTown.Terms with { LockFloor = 1 } }));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(side)).Trouble is { Code: RejectionCode.PayloadMismatch or RejectionCode.IdempotencyMismatch }, "the other terms to be refused");
        await _pair.SubmitAsync(side, new ChannelCommand.Open(Guid.NewGuid(), opening with { Account = _pair.Two.Account }));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(side)).Trouble is { Code: RejectionCode.KeyUnknown }, "another account's key to be refused");
        (await _pair.ReadAsync(side)).Phase.Should().Be(ChannelPhase.None);

        var other = facts with { Manager = _pair.Town.Token };
        var elsewhere = side with { Channel = ChannelDomain.Id(other) };
        await _pair.SubmitAsync(elsewhere, new ChannelCommand.Open(Guid.NewGuid(), opening with { Facts = other }));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(elsewhere)).Trouble is { Code: RejectionCode.OpaqueCall }, "another contract to be refused");
    }

    [Fact]
    public async Task Pay_OnceTheMandateIsRevoked_IsRefusedByTheSigner_AndReceivingGoesOn()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 5_000);
        await _pair.PayAsync(one, 1);
        await _pair.DoneAsync(one, 9_999);
        await ChannelTown.EnactAsync(_pair.System, _pair.One.Account, new AccountChange.RevokeChannels("channels"));
        var refused = await _pair.PayAsync(one, 10);
        await _pair.System.UntilAsync(async () => await _pair.Grain(one).Follow(refused) is UpdateStanding.Refused { Rejection.Code: RejectionCode.NoRule }, "the signer's refusal");
        await _pair.PayAsync(two, 100);
        await _pair.DoneAsync(one, 10_099);
        await _pair.AgreeAsync(one);
    }
}
