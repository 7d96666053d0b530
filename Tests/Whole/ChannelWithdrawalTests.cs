using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Withdrawals from open channels, on the real contract: everybody has to the unit what is theirs, whatever becomes of the channel.</summary>
public sealed class ChannelWithdrawalTests : IAsyncLifetime
{
    private const ulong Window = 86_400;

    private ChannelPair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await ChannelPair.StartAsync();
        await _pair.FundAsync();
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Withdrawals_OfBoth_ArePaidOut_WhileTheChannelGoesOnPaying_AndEndsTogether()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 5_000);
        await WithdrawAsync(one, 2_500);
        await _pair.DoneAsync(one, 7_500);
        await _pair.PayAsync(one, 500);
        await PaidOutAsync(one, "one", 2_500);
        await WithdrawAsync(two, 1_000);
        await PaidOutAsync(two, "two", 1_000);
        await WithdrawAsync(one, 100);
        await PaidOutAsync(one, "one", 2_600);
        await _pair.PayAsync(two, 40);
        await _pair.DoneAsync(one, 6_940);
        await _pair.DoneAsync(two, 4_460);
        foreach (var side in new[] { one, two })
        {
            var view = await _pair.ReadAsync(side);
            (view.Stage, view.Withdrawn, view.Book.Withdrawn).Should().Be((ChannelStage.Open, view.Book.Withdrawn, default(SidePair).With(one.Us, 2_600).With(two.Us, 1_000)));
        }

        // What the contract gave the key, and paid out, is what the side has, while the channel is open.
        var books = _pair.System.Grains.GetGrain<IKeyBooksGrain>(new KeyBooksRef(_pair.One.Account, "channels", People.Chain, _pair.Town.Manager, _pair.Town.Token).ToString());
        await _pair.System.UntilAsync(
            async () =>
            {
                await books.Submit(new KeyBooksCommand.Look(Guid.NewGuid()));
                return await books.Read() is { } view && (view.Credited, view.Pulled) == (2_600, 2_600) && view.Channels.Single().Side is { } side && side.Credited == 2_600;
            },
            "the books of the key");
        (await books.Read())!.Differences.Should().BeEmpty();
        await _pair.SubmitAsync(one, new ChannelCommand.End(Guid.NewGuid()));
        await ClosedAsync(one, 9_540, two, 5_460);
        await LedgerSaysAsync(one, "Deposited 10000, PeerDeposited 5000, Paid 500, Received 40, Settled 6940, PeerSettled 4460, Leaving 2600, PeerLeaving 1000, Withdrawn 2600, PeerWithdrawn 1000");
    }

    /// <summary>The state takes it, and before the order comes to the chain the peer closes: the contract gives it with the rest. The silo dies in between.</summary>
    [Fact]
    public async Task Withdrawal_ThatACloseComesBefore_IsGivenByTheSettlement()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 5_000);
        await WithdrawAsync(one, 2_500);
        await _pair.System.UntilAsync(async () => await _pair.ReadAsync(one) is { Act.Kind: ChannelActKind.Withdraw }, "the withdrawal under way");
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(two)).Book.Withdrawn.Of(one.Us) == 2_500, "both to know the state");
        var newest = (await _pair.ReadAsync(two)).Book;
        // What waits to be mined does not come before the close.
        await _pair.Anvil.CallAsync("anvil_dropAllTransactions");
        await _pair.CloseByAsync(newest, await _pair.SignatureAsync(one, newest), two);
        (await _pair.RecordAsync(one)).Withdrawn.Should().Be(default(SidePair));
        await _pair.RestartAsync();
        await _pair.MineUntilAsync(one, static view => view.Stage == ChannelStage.Closing, "the close to be final");
        await _pair.PassAsync(Window + 1);
        await _pair.PassAsync(Window / 8);
        await ClosedAsync(one, 10_000, two, 5_000);
        await LedgerSaysAsync(one, "Deposited 10000, PeerDeposited 5000, Settled 10000, PeerSettled 5000, Leaving 2500, LeavingReturned 2500");
    }

    /// <summary>The withdrawer closes by a state from before it: it is answered, and has nothing twice.</summary>
    [Fact]
    public async Task StaleClose_FromBeforeAWithdrawal_IsChallenged_AndNothingIsPaidTwice()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 5_000);
        await _pair.PayAsync(one, 1);
        await _pair.DoneAsync(two, 5_001);
        await _pair.AgreeAsync(one);
        var stale = (await _pair.ReadAsync(one)).Book;
        var signature = await _pair.SignatureAsync(two, stale);
        await WithdrawAsync(one, 2_500);
        await PaidOutAsync(one, "one", 2_500);
        await _pair.PayAsync(one, 1_000);
        await _pair.DoneAsync(two, 6_001);
        await _pair.CloseByAsync(stale, signature, one);
        await _pair.MineUntilAsync(two, static view => view is { Stage: ChannelStage.Closing, Act: null }, "the challenge to be final");
        await _pair.PassAsync((2 * Window) + 1);
        await _pair.PassAsync(Window / 8);
        await ClosedAsync(one, 8_999, two, 6_001);
    }

    /// <summary>Nothing can be withdrawn that is not free, nor the last of the channel; it goes on.</summary>
    [Fact]
    public async Task Withdrawal_OfTooMuch_IsRefused()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 0);
        foreach (var (amount, code) in new[] { (0UL, RejectionCode.ZeroAmount), (10_001UL, RejectionCode.InsufficientFunds), (10_000UL, RejectionCode.HardLimit) })
            (await _pair.Grain(one).Submit(new ChannelCommand.Withdraw(Guid.NewGuid(), amount))).Rejected()!.Code.Should().Be(code);
        await WithdrawAsync(one, 9_999);
        await PaidOutAsync(one, "one", 9_999);
        await _pair.PayAsync(one, 1);
        await _pair.DoneAsync(two, 1);
    }

    private Task WithdrawAsync(ChannelRef side, ulong amount) => _pair.SubmitAsync(side, new ChannelCommand.Withdraw(Guid.NewGuid(), amount));

    /// <summary>The contract has paid, to where the mandate says.</summary>
    private async Task PaidOutAsync(ChannelRef side, string name, ulong sum)
    {
        await _pair.MineUntilAsync(side, view => view is { Act: null, Leave: null } && view.Withdrawn.Of(side.Us) == sum && !view.IsUnpaid, $"{name} to have {sum} paid out");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf(name))).Should().Be(sum);
    }

    private async Task ClosedAsync(ChannelRef one, ulong first, ChannelRef two, ulong second)
    {
        foreach (var side in new[] { one, two }) await _pair.MineUntilAsync(side, static view => view.Phase == ChannelPhase.Closed, $"{side.Us} to be closed");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(first);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(second);
        (await _pair.Town.HoldsAsync(_pair.Town.Manager)).Should().Be(UInt256.Zero);
        foreach (var side in new[] { one, two }) (await _pair.Grain(side).ReadLedger())!.Differences.Should().BeEmpty();
    }

    private async Task LedgerSaysAsync(ChannelRef side, string postings) =>
        string.Join(", ", (await _pair.Grain(side).ReadLedger())!.Postings.Select(static posting => $"{posting.Kind} {posting.Amount}")).Should().Be(postings);
}
