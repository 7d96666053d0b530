using TPWallet.Domain.Accounts;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>An account with an address and one deposit of a thousand on its way, and the answers that others give about it.</summary>
internal sealed class ScreeningRun
{
    private int _asked;

    public ScreeningRun() => Deposit = Account.Deposit(new(People.Eth, 1000), "d");

    private ScreeningRun(Amount amount)
    {
        Account.Attach("coins", amount.Asset.Chain);
        Deposit = Account.Deposit(amount, "d", "coins") with { Chain = amount.Asset.Chain, LogIndex = 1 };
    }

    public static ScreeningRun OnBitcoin(Amount amount) => new(amount);

    public static Address Source { get; } = People.AddressOf("source");

    public AccountRun Account { get; } = AccountRun.Funded();

    public Deposit Deposit { get; }

    public Guid Id => HeldDeposit.IdOf(Deposit);

    public AccountCommand.CreditDeposit Credit => AccountRun.Credit(Deposit) with { Sources = [Source] };

    public AccountCommand.ReverseDeposit Reverse => new(People.Id("reverse"), Deposit, Deposit.Block.Hash);

    public HoldStage Stage => Held.Stage;

    public DepositCase Case => Held.Case!;

    /// <summary>Spendable and held.</summary>
    public (UInt256 Available, UInt256 Held) Balances =>
        (Account.Open.Ledger.Of(Book.Available, People.Eth).Balance, Account.Open.Ledger.Of(Book.Held, People.Eth).Balance);

    private HeldDeposit Held => Account.Open.Held.Values.Single();

    public void Arrive() => Account.Accept(Credit).Should().ContainSingle().Which.Should().BeOfType<AccountEvent.DepositHeld>();

    /// <summary>The one owed effect of this type.</summary>
    public T Owed<T>()
        where T : Effect => AccountDecider.Owed(Account.State).Values.OfType<T>().Should().ContainSingle().Subject;

    public ImmutableArray<AccountEvent> Screened(
        RiskAction action, int extra, RiskMode mode = RiskMode.Enforced, ImmutableArray<ListUse>? lists = null, bool onlyVerdict = false) =>
        Answer<Effect.Screen>(new EffectResult.Screened(ScoreOf(action, extra, mode, lists, onlyVerdict)));

    /// <summary>The case that is to be opened.</summary>
    public CaseCommand.Open OwedCase() => AccountDecider.Owed(Account.State).Values.OfType<Effect.TellCase>().Select(told => told.Command).OfType<CaseCommand.Open>().Single();

    /// <summary>A release that rests on a clear verdict alone.</summary>
    public CaseRelease ByVerdict() => new([], RiskAction.Hold, Account.Now + Span.Hours(24))
    {
        Verdict = new("service", ScreeningVerdict.Clear, 7, Account.Now, Account.Now + Span.Hours(24)),
    };

    public ImmutableArray<AccountEvent> Deep() => Answer<Effect.AwaitDepth>(new EffectResult.Done());

    public ImmutableArray<AccountEvent> Released(long sequence, RiskAction action) => Account.Accept(Word(sequence, Release(action)));

    public CaseRelease Release(RiskAction action) => new(["rita", "rob"], action, Account.Now + Span.Hours(24));

    public AccountCommand.RecordDepositCase Word(long sequence, CaseRelease? release, long? number = null, bool rejected = false) =>
        new(People.Id($"word {_asked++}"), Id, number ?? Case.Number, sequence, release, rejected);

    public AccountCommand.RecordScreening Score(Guid id, RiskAction action, int extra) => new(id, Id, ScoreOf(action, extra));

    public DepositScore ScoreOf(
        RiskAction action, int extra, RiskMode mode = RiskMode.Enforced, ImmutableArray<ListUse>? lists = null, bool onlyVerdict = false)
    {
        var demand = new RiskDemand(action, 0, extra, Span.Zero);
        return new(
            new(50, demand, demand, [], 2, Bytes32.Zero), mode, new(onlyVerdict, Span.Hours(72), Span.Hours(24), [], 0, false) { VerdictSuffices = onlyVerdict }, lists ?? [], Account.Now,
            Account.Now + PacketScore.Freshness, 3);
    }

    public void Bring(HoldStage stage)
    {
        if (stage == HoldStage.Screening) return;
        Screened(stage == HoldStage.Confirming ? RiskAction.Confirmations : RiskAction.Review, 6);
        if (stage == HoldStage.Rejected) Account.Accept(Word(1, null, rejected: true));
        Stage.Should().Be(stage);
    }

    private ImmutableArray<AccountEvent> Answer<T>(EffectResult result)
        where T : Effect
    {
        var owed = AccountDecider.Owed(Account.State).Single(effect => effect.Value is T);
        return Account.Accept(AccountDecider.Resume(Account.State, owed.Key, result)!);
    }
}
