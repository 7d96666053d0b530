using System.Text;
using TPWallet.Chains.Ethereum;
using TPWallet.Client;
using TPWallet.Domain.Evidence;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Journal;
using TPWallet.Grains.Journal.Verification;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Whole;

/// <summary>What people say in their own words, from the command to its erasure, behind the product's own composition over SQLite.</summary>
public sealed class ErasureTests : IAsyncLifetime
{
    private const string Said = "Rosalind Zimmermann reported her phone stolen";
    private const string Cancelled = "Zimmermann no longer wants it";

    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private AccountId _account;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil);
        _account = await _system.RegisterAsync(People.GenesisOf(People.StandardPolicy, People.All, "erased"));
        _hot = await _system.CreateKeyAsync(_account, "hot");
        await _system.FundAsync(_account, _hot, People.Ether * 10);
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Texts_OfAnAccount_AreReadableUntilErasedAndNowhereOnDisk()
    {
        var paid = await SettleAsync();
        await Accepted(_system.Account(_account).Submit(new AccountCommand.StopByOperator(Guid.NewGuid(), "ops", Said)));
        (await ViewAsync()).Stop!.Reason.Should().Be(Said, "whoever may look at the account reads it");
        StoredText.FilesWith(_system.Folder, Said, "Zimmermann").Should().BeEmpty("not even before the erasure");

        await Accepted(_system.Account(_account).Submit(new AccountCommand.ErasePersonal(Guid.NewGuid(), "ops", "ticket 7")));
        await _system.UntilAsync(async () => (await ViewAsync()).Erasure is { IsDone: true }, "the key to be destroyed");
        await ShouldBeErasedAsync(paid);
        await _system.DisposeAsync();
        await VerifyAsync();
        StoredText.FilesWith(_system.Folder, Said, "Zimmermann").Should().BeEmpty();

        // A restart replays what is left.
        _system = await WholeSystem.StartAsync(_anvil, _system.Folder);
        await ShouldBeErasedAsync(paid);
        await Accepted(_system.Account(_account).Submit(new AccountCommand.ResumeByOperator(Guid.NewGuid(), "ops")));
        await Accepted(_system.Account(_account).Submit(new AccountCommand.StopByOperator(Guid.NewGuid(), "ops", "again")));
        (await ViewAsync()).Stop!.Reason.Should().Be("again", "under a key of its own");
    }

    [Fact]
    public async Task Cancel_OfALegUnderWay_CarriesItsReasonSealedThroughEveryGrain()
    {
        var packet = Content("gone", new Leg.ChainTransfer("coin", [], _hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(People.Ether / 100)));
        await VotedAsync(packet);
        await _system.UntilLegAsync(packet.Ref, "coin", "accepted");
        var cancel = new PacketCommand.Cancel(Guid.NewGuid(), Cancelled);
        await Accepted(_system.Packet(packet.Ref).Submit(cancel));
        await Accepted(_system.Packet(packet.Ref).Submit(cancel));
        (await _system.Packet(packet.Ref).Submit(cancel with { Reason = "another" })).Rejected()!.Code.Should().Be(RejectionCode.IdempotencyMismatch);
        await _system.UntilAsync(async () => (await _system.StoryAsync()).Contains("close-requested", StringComparison.Ordinal), "the lane to hear of it");
        (await _system.StoryAsync()).Should().Contain(SealedText.Prefix).And.NotContain("Zimmermann");
        StoredText.FilesWith(_system.Folder, Cancelled, "Zimmermann").Should().BeEmpty();
    }

    private async Task ShouldBeErasedAsync(PacketRef paid)
    {
        var view = await ViewAsync();
        view.Stop!.Reason.Should().Be(SealedText.Erased);
        view.Erasure!.Because.Should().Be("ticket 7");
        view.Balances.Single(balance => balance.Asset == People.Eth).Available.Should().Be(await _system.OnChainAsync(_hot), "money stays what it is");
        var pack = await new GrainWallet(_system.Cluster, "default").ReadEvidenceAsync(paid);
        EvidenceFile.Verify(_account, EvidenceFile.Write(pack), EthereumEvidence.Instance).Should().BeOfType<EvidenceVerdict.Proved>("the chain of hashes is over what is stored")
            .Which.Voters.Should().BeEquivalentTo([People.Ana.Id, People.Ben.Id]);
        var rows = string.Join('\n', pack.Journals.SelectMany(journal => journal.Rows).Select(row => Encoding.UTF8.GetString(row.Payload.Span)));
        rows.Contains(SealedText.Prefix, StringComparison.Ordinal).Should().BeTrue("the row of the stop is in the evidence");
        rows.Contains("Zimmermann", StringComparison.Ordinal).Should().BeFalse();
    }

    private async Task<PacketRef> SettleAsync()
    {
        var packet = Content("paid", new Leg.ChainTransfer("coin", [], _hot, People.AddressOf("shop"), new(People.Eth, People.Ether), new(People.Ether / 100)));
        await VotedAsync(packet);
        await _system.UntilLegAsync(packet.Ref, "coin", "accepted");
        await _anvil.MineAsync(1 + WholeSystem.Confirmations);
        await _system.UntilStateAsync(packet.Ref, "settled");
        return packet.Ref;
    }

    private async Task VotedAsync(PacketContent packet)
    {
        var view = await _system.ProposeAsync(packet);
        view.State.Should().Be("approving", $"{view.Rejection} {view.Assessment?.Denial}");
        (await _system.VoteAsync(view, People.Ana)).Should().BeNull();
        (await _system.VoteAsync(view, People.Ben)).Should().BeNull();
    }

    private PacketContent Content(Name id, Leg leg)
    {
        var now = new Instant(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        return new(new(_account, id), 1, People.Olga.Id, [leg], [], now + Span.Hours(1), now + Span.Hours(2));
    }

    private async Task<AccountView> ViewAsync() => (await _system.Account(_account).Read())!;

    private static async Task Accepted(Task<CommandReply> reply) => (await reply).Rejected().Should().BeNull();

    /// <summary>Rows, batches and snapshots, checked from the files alone.</summary>
    private async Task VerifyAsync()
    {
        var seal = new JournalSeal(await File.ReadAllBytesAsync(Path.Combine(_system.Folder, "silo", "journal.key")));
        await using var reading = JournalReading.OfSqlite(Path.Combine(_system.Folder, "silo"), seal);
        (await new JournalVerifier(reading.Reader, static (_, _) => { }).RunAsync([], CancellationToken.None)).Faults.Should().BeEmpty();
    }
}
