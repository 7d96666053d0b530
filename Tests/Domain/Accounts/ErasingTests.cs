using TPWallet.Domain.Accounts;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Accounts;

/// <summary>An erasure is owed until the keys are destroyed, each under a name of its own.</summary>
public sealed class ErasingTests
{
    private static readonly AccountCommand.ErasePersonal Erase = new(Id("erase"), "ops", "ticket 7");

    [Fact]
    public void Erase_OfAnAccount_IsOwedUntilItIsDone()
    {
        var run = AccountRun.Registered();
        run.Accept(Erase).Should().Equal(new AccountEvent.PersonalErased("ops", "ticket 7"));
        var owed = AccountDecider.Owed(run.State).Single(effect => effect.Value is Effect.ErasePersonal);
        owed.Value.Should().Be(new Effect.ErasePersonal(run.Open.Id));
        View(run).Should().Be(new Erasure("ops", "ticket 7", run.Now, IsDone: false));
        AccountDecider.Resume(run.State, owed.Key, new EffectResult.NoAnswer("busy")).Should().BeNull("it is tried again");
        run.Accept(AccountDecider.Resume(run.State, owed.Key, new EffectResult.Done())!);
        View(run).IsDone.Should().BeTrue();
        run.ShouldReplay();
    }

    [Fact]
    public void Erase_ASecondTime_IsOwedUnderAnotherName()
    {
        var run = AccountRun.Registered();
        run.Accept(Erase);
        var first = AccountDecider.Owed(run.State).Keys.Single();
        run.Accept(AccountDecider.Resume(run.State, first, new EffectResult.Done())!);
        run.Accept(Erase with { CommandId = Id("again"), Because = "ticket 8" });
        var second = AccountDecider.Owed(run.State).Keys.Single();
        second.Should().NotBe(first, "its result is a command of its own, or it would be owed for ever");
        run.Accept(AccountDecider.Resume(run.State, second, new EffectResult.Done())!);
        View(run).Should().Be(new Erasure("ops", "ticket 8", run.Now, IsDone: true));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(OperatorStop.MaxReason + 1)]
    public void Erase_WithoutAReasonOrWithALongOne_IsRefused(int characters) =>
        AccountRun.Registered().Refuse(Erase with { Because = new string('x', characters) }).Should().Be(RejectionCode.Malformed);

    private static Erasure View(AccountRun run) => AccountViews.View(run.State, 1, default)!.Erasure!;
}
