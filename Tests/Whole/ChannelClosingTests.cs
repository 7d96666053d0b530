using System.Security.Cryptography;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>Channels come to their end on the real contract, without votes: together, alone, against an old state, with locks; and what is paid out is what was agreed on.</summary>
public sealed class ChannelClosingTests : IAsyncLifetime
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
    public async Task End_ByBoth_IsClosedAtOnce_AndPaidOutToTheUnit()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 5_000);
        await _pair.PayAsync(one, 1_234);
        await _pair.DoneAsync(two, 6_234);
        await _pair.SubmitAsync(one, new ChannelCommand.End(Guid.NewGuid()));
        foreach (var side in new[] { one, two }) await _pair.MineUntilAsync(side, static view => view.Phase == ChannelPhase.Closed, $"{side.Us} to be closed");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(8_766);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(6_234);
        (await _pair.Town.HoldsAsync(_pair.Town.Manager)).Should().Be(UInt256.Zero);
        await LedgerSaysAsync(one, ChannelBook.FinalNonce, "Deposited 10000, PeerDeposited 5000, Paid 1234, Settled 8766, PeerSettled 6234");
        await LedgerSaysAsync(two, ChannelBook.FinalNonce, "Deposited 5000, PeerDeposited 10000, Received 1234, Settled 6234, PeerSettled 8766");
    }

    /// <summary>The other side has closed by a state that suited it. It is answered before that close is final, although the account is frozen.</summary>
    [Fact]
    public async Task StaleClose_IsChallengedAtFirstSight_EvenUnderAFreeze_AndTheNewestStateIsPaidOut()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 0);
        await _pair.PayAsync(one, 1);
        await _pair.DoneAsync(two, 1);
        await _pair.AgreeAsync(one);
        var stale = (await _pair.ReadAsync(two)).Book;
        var signature = await _pair.SignatureAsync(two, stale);
        await _pair.PayAsync(one, 4_999);
        await _pair.DoneAsync(two, 5_000);
        await ChannelTown.FreezeAsync(_pair.System, _pair.Two.Account);
        await _pair.CloseByAsync(stale, signature, one);

        // Nothing is mined but the close: it is not final, and the defence is under way.
        await _pair.System.UntilAsync(
            async () =>
            {
                await _pair.Grain(two).Submit(new ChannelCommand.Look(Guid.NewGuid()));
                return await _pair.ReadAsync(two) is { Stage: ChannelStage.Open, Act.Kind: ChannelActKind.Challenge };
            },
            "the challenge");
        await _pair.MineUntilAsync(two, static view => view is { Stage: ChannelStage.Closing, Act: null }, "the challenge to be final");
        await _pair.PassAsync(Window + 1);
        await _pair.PassAsync(Window / 8);
        foreach (var side in new[] { one, two }) await _pair.MineUntilAsync(side, static view => view.Phase == ChannelPhase.Closed, $"{side.Us} to be closed");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(5_000);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(5_000);
        await LedgerSaysAsync(two, (await _pair.ReadAsync(two)).Book.Nonce, "PeerDeposited 10000, Received 5000, Settled 5000, PeerSettled 5000");
    }

    /// <summary>A window that passed unseen: what the old state gives is all there is, and it is not left in the contract. People are told.</summary>
    [Fact]
    public async Task StaleClose_ThatNobodyAnsweredAndNobodySettles_IsSettledFromTheJournal()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 0);
        await _pair.PayAsync(one, 1_000);
        await _pair.DoneAsync(two, 1_000);
        await _pair.AgreeAsync(one);
        var stale = (await _pair.ReadAsync(two)).Book;
        var signature = await _pair.SignatureAsync(two, stale);
        foreach (var paid in new ulong[] { 2_000, 3_000 })
        {
            await _pair.PayAsync(one, 1_000);
            await _pair.DoneAsync(two, paid);
        }

        await _pair.CloseByAsync(stale, signature, one);
        await _pair.PassAsync((2 * Window) + 1);
        await _pair.MineUntilAsync(two, static view => view.Phase == ChannelPhase.Closed, "the other side to be closed");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(1_000);
        await LedgerSaysAsync(two, stale.Nonce, "PeerDeposited 10000, Received 3000, RestatedOut 2000, Settled 1000, PeerSettled 9000");
        await _pair.System.UntilAsync(
            async () => (await _pair.System.Account(_pair.Two.Account).Read())!.Incidents.Any(told => told.Incident.Code == "channel.settled-old" && told.Incident.Channel == two.Channel),
            "the members to be told");
    }

    [Fact]
    public async Task Close_Alone_TakesTheLockWhoseSecretIsKnown_AndGetsBackTheOther()
    {
        var (one, two) = await _pair.OpenAsync(10_000, 0);
        var secret = new Bytes32((UInt256)77);
        var expiry = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds() + (2 * Window);
        foreach (var (amount, opens) in new[] { (400UL, secret), (300UL, new Bytes32((UInt256)78)) })
            await _pair.SubmitAsync(one, new ChannelCommand.Offer(Guid.NewGuid(), amount, expiry, LockKind.Hash, Bytes32.From(SHA256.HashData(opens.ToArray()))));
        await _pair.System.UntilAsync(async () => (await _pair.ReadAsync(two)).Book.Locks.Length == 2, "both locks");
        await _pair.SubmitAsync(one, new ChannelCommand.Close(Guid.NewGuid()));
        await _pair.MineUntilAsync(two, static view => view is { Phase: ChannelPhase.Closing, Stage: ChannelStage.Closing }, "the close to be seen by the other");
        (await _pair.Grain(two).Submit(new ChannelCommand.Fulfil(Guid.NewGuid(), 2, secret))).Rejected()!.Code.Should().Be(RejectionCode.ProofInvalid);
        await _pair.SubmitAsync(two, new ChannelCommand.Fulfil(Guid.NewGuid(), 1, secret));
        await _pair.MineUntilAsync(two, static view => view.Act is { Kind: ChannelActKind.Register }, "the secret on its way");
        await _pair.MineUntilAsync(two, static view => view.Act is null, "the secret to be registered");
        await _pair.PassAsync(Window + 1);
        await _pair.MineUntilAsync(one, static view => view.Stage == ChannelStage.Settled, "the free balances");
        await _pair.PassAsync(Window + 1);
        foreach (var side in new[] { one, two }) await _pair.MineUntilAsync(side, static view => view.Phase == ChannelPhase.Closed, $"{side.Us} to be closed");
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("one"))).Should().Be(9_600);
        (await _pair.Town.HoldsAsync(ChannelTown.PayoutOf("two"))).Should().Be(400);
        var nonce = (await _pair.ReadAsync(one)).Book.Nonce;
        await LedgerSaysAsync(one, nonce, "Deposited 10000, Offered 700, Claimed 700, Settled 9300, Resolved 300, PeerResolved 400");
        await LedgerSaysAsync(two, nonce, "PeerDeposited 10000, PeerClaimed 700, PeerSettled 9300, Resolved 400, PeerResolved 300");
    }

    /// <summary>What the contract's events said is in the ledger, and agrees with the state and with what was paid out.</summary>
    private async Task LedgerSaysAsync(ChannelRef side, ulong settledBy, string postings)
    {
        var ledger = (await _pair.Grain(side).ReadLedger())!;
        ledger.Differences.Should().BeEmpty();
        ledger.SettledBy.Should().Be(settledBy);
        string.Join(", ", ledger.Postings.Select(static posting => $"{posting.Kind} {posting.Amount}")).Should().Be(postings);
    }
}
