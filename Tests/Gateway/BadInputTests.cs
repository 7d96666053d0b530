using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Gateway;

/// <summary>
/// Bad input over REST to real grains: each has its code, and nothing of it is done. What the gateway refuses by itself is in RequestBodyTests and
/// SignedRequestTests; docs/bad-input.md names a test for every kind.
/// </summary>
public sealed class BadInputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tpw-gateway-").FullName;
    private int _keys;

    [Fact]
    public async Task BadInput_OfEveryKind_HasItsCodeAndChangesNothing()
    {
        var (genesis, voter) = RealGrainTests.Found();
        using var key = voter.Key;
        var id = Canonical.AccountId(genesis);
        await RealGrainTests.WithSiloAsync(_folder, async wallet =>
        {
            (await wallet.RegisterAccountAsync(Key(), genesis, [GenesisBuilder.Prove(genesis, voter).OrThrow()])).Should().BeOfType<CommandReply.Accepted>();
            var good = People.Packet(id, "rent", People.Transfer("pay", 7)) with { Proposer = "ana", OpenBefore = Now + Span.Hours(1), SettleBefore = Now + Span.Hours(2) };
            (await wallet.DraftPacketAsync(Key(), good)).Should().BeOfType<CommandReply.Accepted>();
            var freeze = await FreezeVoteAsync(wallet, id, voter);
            var stale = await FreezeVoteAsync(wallet, id, voter, TimeSpan.FromDays(-2));
            await Task.WhenAll(
                DraftAsync(wallet, good with { Legs = [People.Transfer("pay", 0)] }, RejectionCode.ZeroAmount),
                DraftAsync(wallet, good with { Legs = [People.Transfer("pay", 7, fee: 0)] }, RejectionCode.ZeroAmount),
                DraftAsync(wallet, good with { Legs = [People.Transfer("pay", 7, asset: AssetId.Native(ChainId.Ledger))] }, RejectionCode.WrongChain),
                DraftAsync(wallet, good with { OpenBefore = Now - Span.Hours(1) }, RejectionCode.DeadlinePassed),
                DraftAsync(wallet, good with { Revision = 3 }, RejectionCode.StaleVersion));
            (await CodeAsync(wallet.FreezeAsync(Key(), id, stale))).Should().Be(RejectionCode.VoteExpired);
            (await CodeAsync(wallet.CastVoteAsync(Key(), good.Ref, freeze))).Should().Be(RejectionCode.WrongState, "a draft takes no votes");
            (await CodeAsync(wallet.VoteOnChangeAsync(Key(), id, "unknown", freeze))).Should().Be(RejectionCode.NotFound);
            (await CodeAsync(wallet.CancelPacketAsync(Key(), new(id, "unknown"), "x"))).Should().Be(RejectionCode.NotFound);
            var nobody = new AccountId(Bytes32.Zero);
            (await CodeAsync(wallet.FreezeAsync(Key(), nobody, freeze with { Content = freeze.Content with { Account = nobody } })))
                .Should().Be(RejectionCode.NotRegistered);
            var before = (await wallet.ReadAccountAsync(id))!;
            (before.Version, before.Frozen).Should().Be((2, false), "that a vote came too late is kept, and nothing else was done");
            (await wallet.ReadPacketAsync(good.Ref))!.Version.Should().Be(1);

            // Once it is good. The same vote again, under another key: there is nothing left to do.
            (await wallet.FreezeAsync(Key(), id, freeze)).Should().BeOfType<CommandReply.Accepted>();
            (await CodeAsync(wallet.FreezeAsync(Key(), id, freeze))).Should().Be(RejectionCode.None);
            var after = (await wallet.ReadAccountAsync(id))!;
            (after.Frozen, after.FreezeNumber).Should().Be((true, 1));
        });
    }

    [Fact]
    public async Task Refusal_AskedAgainAfterARestart_IsTheSameAlthoughItWouldBeAcceptedNow()
    {
        var (genesis, voter) = RealGrainTests.Found();
        using var key = voter.Key;
        var id = Canonical.AccountId(genesis);
        var packet = People.Packet(id, "rent", People.Transfer("pay", 7)) with { Proposer = "ana", OpenBefore = Now + Span.Hours(1), SettleBefore = Now + Span.Hours(2) };
        await RealGrainTests.WithSiloAsync(_folder, async wallet =>
        {
            await wallet.RegisterAccountAsync(Key(), genesis, [GenesisBuilder.Prove(genesis, voter).OrThrow()]);
            (await CodeAsync(wallet.CancelPacketAsync(new("once"), packet.Ref, "x"))).Should().Be(RejectionCode.NotFound);
        });
        await RealGrainTests.WithSiloAsync(_folder, async wallet =>
        {
            (await wallet.DraftPacketAsync(Key(), packet)).Should().BeOfType<CommandReply.Accepted>();
            (await CodeAsync(wallet.CancelPacketAsync(new("once"), packet.Ref, "x"))).Should().Be(RejectionCode.NotFound, "the key was answered");
            (await CodeAsync(wallet.CancelPacketAsync(new("once"), packet.Ref, "other"))).Should().Be(RejectionCode.IdempotencyMismatch);
            (await CodeAsync(wallet.CancelPacketAsync(Key(), packet.Ref, "x"))).Should().Be(RejectionCode.None, "under another key it is another intention");
        });
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Instant Now => new(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());

    private Grains.Interfaces.Rest.IdempotencyKey Key() => new($"k{Interlocked.Increment(ref _keys)}");

    private async Task DraftAsync(ITPWallet wallet, PacketContent content, RejectionCode code) =>
        (await CodeAsync(wallet.DraftPacketAsync(Key(), content with { Ref = new(content.Ref.Owner, $"draft-{code}-{_keys}".ToLowerInvariant()) })))
        .Should().Be(code);

    private static async Task<RejectionCode> CodeAsync(Task<CommandReply> sending) => (await sending).Rejected()?.Code ?? RejectionCode.None;

    private static async Task<Vote> FreezeVoteAsync(ITPWallet wallet, AccountId id, Voter voter, TimeSpan shift = default)
    {
        var trusted = TrustedAccount.Check(id, (await wallet.ReadAccountAsync(id))!, (await wallet.ReadLineageAsync(id))!, Now).OrThrow();
        return new VoteBuilder(trusted, new ShiftedTime { Shift = shift }).Freeze(voter).OrThrow();
    }
}
