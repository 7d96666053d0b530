using TPWallet.Domain.Accounts;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Notifications;

namespace TPWallet.Tests.Whole;

/// <summary>Deposits that wait for an outside service, which is told of them by a signed request, behind real grains and a real chain.</summary>
public sealed class VerdictTests : IAsyncLifetime
{
    private static readonly string _secret = WebhookSecret.New();

    private Anvil _anvil = null!;
    private WholeSystem _system = null!;
    private Receiver _receiver = null!;
    private AccountId _account;
    private Address _hot;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _anvil = await Anvil.StartAsync(31337, "--no-mining");
        await _anvil.MineAsync();
        _system = await WholeSystem.StartAsync(_anvil, new Dictionary<string, string?>
        {
            ["Risk:Mode"] = "Enforced",
            ["Risk:Verdicts"] = "Unscreened",
            ["Risk:VerdictsFrom"] = "1000",
            ["Risk:Assets:0:Asset"] = $"{People.Eth}",
            ["Risk:Assets:0:Reference"] = $"{People.Ether}",
            ["Webhooks:Allow:0"] = "127.0.0.0/8",
        });
        _account = await _system.RegisterAsync(People.StandardGenesis);
        _hot = await _system.CreateKeyAsync(_account, "hot");
        (await _system.Grains.GetGrain<IWebhookGrain>(_account.ToString())
            .Submit(new WebhookCommand.Add(Guid.NewGuid(), "aml", _receiver.Url.ToString(), ["verdict.*"], true, _secret))).Should().BeOfType<CommandReply.Accepted>();
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        await _anvil.DisposeAsync();
        await _receiver.DisposeAsync();
        Directory.Delete(_system.Folder, recursive: true);
    }

    [Fact]
    public async Task Deposit_ThatNobodyScreened_IsCreditedByAClearVerdictAlone()
    {
        var (@case, question) = await AskedAsync();
        question.Subject.Parties.Should().Equal(Anvil.AddressOf(0).Value);
        (await GiveAsync(@case, question, ScreeningVerdict.Clear)).Should().BeOfType<CommandReply.Accepted>();
        await _system.UntilAsync(async () => (await BalanceAsync()).Held.IsZero, "the deposit to be credited");
        (await BalanceAsync()).Should().Be((People.Ether, UInt256.Zero));
        await _system.UntilAsync(async () => (await @case.Read())!.Stage == "closed", "the case to be closed");
    }

    [Fact]
    public async Task Deposit_ThatTheServiceBlocks_StaysHeld()
    {
        var (@case, question) = await AskedAsync();
        (await GiveAsync(@case, question with { Hash = Bytes32.Zero }, ScreeningVerdict.Clear)).Rejected()!.Code.Should().Be(RejectionCode.StaleVersion);
        (await GiveAsync(@case, question, ScreeningVerdict.Block)).Rejected().Should().BeNull();
        await _system.UntilAsync(async () => (await _system.Account(_account).ReadHeld(null, 1)).Deposits[0].Stage == HoldStage.Rejected, "the account to hear of it");
        (await BalanceAsync()).Should().Be((UInt256.Zero, People.Ether));
    }

    /// <summary>The service hears of a deposit by the request alone, and looks its question up by what the request says.</summary>
    private async Task<(ICaseGrain Case, VerdictQuestion Question)> AskedAsync()
    {
        await _system.PayAsync(_hot, People.Ether);
        await _anvil.MineAsync(WholeSystem.Confirmations + 24);
        var told = (await _receiver.NextAsync("a verdict to be wanted")).Verified(_secret, TimeProvider.System);
        told.Type.Should().Be("verdict.wanted");
        var @case = _system.Grains.GetGrain<ICaseGrain>($"{told.Data.Account}/{told.Data.Packet}/{told.Data.Case}");
        var question = (await @case.ReadQuestion())!;
        HeldDeposit.TryParseCase(told.Data.Packet!, out var deposit).Should().BeTrue();
        (question.IsOpen, question.Subject.Payment).Should().Be((true, deposit));
        return (@case, question);
    }

    private static Task<CommandReply> GiveAsync(ICaseGrain @case, VerdictQuestion question, ScreeningVerdict verdict)
    {
        var now = new Instant(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        return @case.Submit(new CaseCommand.RecordVerdict(Guid.NewGuid(), question.Hash, new("aml", verdict, 7, now, now + Span.Hours(1))));
    }

    private async Task<(UInt256 Available, UInt256 Held)> BalanceAsync() =>
        (await _system.Account(_account).Read())?.Balances.FirstOrDefault(balance => balance.Asset == People.Eth) is { } balance ? (balance.Available, balance.Held) : default;
}
