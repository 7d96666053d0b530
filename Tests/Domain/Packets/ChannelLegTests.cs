using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.Packets.ChannelLegs;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Packets;

/// <summary>A leg over channels is paid once, there or on chain, and on chain only when the payment is over and nothing was paid.</summary>
public sealed class ChannelLegTests
{
    [Fact]
    public void Leg_Begins_AsThePaymentThatFollowsFromPacketAndLeg()
    {
        var run = new PacketRun(Rent, Instead).Reserved();
        var (intent, asked) = run.Owes<Effect.TellPayment>();
        var leg = new LegRef(run.State.Ref, "rent");
        asked.Payment.Should().Be(PacketDecider.PaymentOf(leg));
        asked.Payment.Id.Value.Should().StartWith(PaymentRef.OfPackets);
        var begin = asked.Command.Should().BeOfType<PaymentCommand.Pay>().Subject;
        (begin.Leg, begin.Content.Amount, begin.Content.MostFee, begin.Content.Until, begin.Content.Place.Key).Should().Be((leg, 400, 20, Rent.Until, (Name)"channels"));
        run.Lane().Should().BeEmpty("nothing is made on chain beside it");
        run.Answer(intent, PacketRun.Done);
        (run.Stage("rent"), run.Stage("rent-chain"), run.Name, run.Owed.Count).Should().Be(("paying", "waiting", "signed", 0));
        PacketDecider.View(run.State, 1)!.Legs[0].Payment.Should().Be(asked.Payment.Id);

        // Whatever a restored journal counts anew, the command that begins it is the same.
        var other = new PacketRun(Transfer("a", 5), Rent, Instead).Reserved();
        other.Owes<Effect.TellPayment>().Effect.Command.CommandId.Should().Be(begin.CommandId);
    }

    [Fact]
    public void Paid_LegSettles_AndNothingIsMadeInstead()
    {
        var run = Paying();
        run.Leg("rent", Paid);
        var (intent, post) = run.Account<AccountCommand.PostPayment>();
        (post.Leg.Leg, post.Spent).Should().Be(((Name)"rent", (UInt256)403));
        run.Stage("rent-chain").Should().Be("releasing");
        run.Answer(intent, PacketRun.Done);
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("rent"), run.Stage("rent-chain"), run.Lane()).Should().Be(("settled", "settled", "released", ""));
        PacketDecider.View(run.State, 1)!.Legs[0].Secret.Should().Be(Secret);
        run.Leg("rent", Paid).Should().BeEmpty("it is said again");
        run.Leg("rent", Unpaid()).Should().BeEmpty("what was paid stays paid");
    }

    [Fact]
    public void Unpaid_IsMadeOnChain_OnceTheAccountLetTheFirstGo()
    {
        var run = Paying();
        run.Leg("rent", Unpaid());
        run.Lane().Should().BeEmpty();
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        run.Lane().Should().Be("Submit");
        run.Stage("rent").Should().Be("released");
        run.Leg("rent", Unpaid()).Should().BeEmpty("it is said again");
        run.Settle("rent-chain");
        (run.Name, run.State.Rejection).Should().Be(("settled", null));
    }

    [Fact]
    public void Unpaid_WithoutAnotherWay_FailsTheLeg()
    {
        var run = Paying(Rent);
        run.Leg("rent", Unpaid(PaymentFailure.TooLate));
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.State.Rejection!.Code, run.State.Rejection.Actual).Should().Be(("invalidated", RejectionCode.PaymentFailed, "TooLate"));
    }

    /// <summary>The payee may have it by another payment, or does not want it; a forgotten part may still pay.</summary>
    [Theory]
    [InlineData(PaymentFailure.RefusedByPayee, false)]
    [InlineData(PaymentFailure.InvoiceTaken, false)]
    [InlineData(PaymentFailure.Restored, true)]
    [InlineData(PaymentFailure.NoPath, true)]
    public void Unpaid_InDoubt_IsNotMadeOnChain(PaymentFailure why, bool mayBePaid)
    {
        var run = Paying();
        run.Leg("rent", Unpaid(why, mayBePaid));
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        run.Lane().Should().BeEmpty();
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Stage("rent-chain")).Should().Be(("invalidated", "released"));

        // A part that was forgotten has paid after all: it counts.
        run.Leg("rent", Paid);
        run.Name.Should().NotBe("invalidated");
        run.AccountDoes<AccountCommand.PostPayment>();
        (run.Name, run.Stage("rent"), run.Stage("rent-chain")).Should().Be(("settled", "settled", "released"));
    }

    [Fact]
    public void Delayed_LegWaits_AndSaysWhy()
    {
        var run = Paying();
        run.Leg("rent", new LegProgress.Delayed(PaymentFailure.TooLate, 150));
        run.Leg("rent", new LegProgress.Delayed(PaymentFailure.TooLate, 150)).Should().BeEmpty();
        var view = PacketDecider.View(run.State, 1)!.Legs[0];
        (view.Stage, view.Rejection!.Actual).Should().Be(("paying", "TooLate, and 150 may still be paid or come back"));
        run.Pass(Span.Hours(30));
        (run.Lane(), run.Stage("rent"), run.Stage("rent-chain")).Should().Be(("", "paying", "waiting"), "what is under way may still pay");
        run.Leg("rent", Paid);
        run.AccountDoes<AccountCommand.PostPayment>().AccountDoes<AccountCommand.ReleaseLeg>();
        run.Name.Should().Be("settled");
    }

    [Theory]
    [InlineData(true, "settled")]
    [InlineData(false, "cancelled")]
    public void Cancel_StopsThePayment_AndThePacketEndsAsItDid(bool isPaid, string end)
    {
        var run = Paying();
        run.Accept(new PacketCommand.Cancel(run.NewId(), "changed our minds"));
        run.Asked().Should().BeOfType<PaymentCommand.Stop>();
        run.PaymentDoes();
        run.Name.Should().Be("cancelling");
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        run.Stage("rent-chain").Should().Be("released", "nothing new begins");
        run.Leg("rent", isPaid ? Paid : Unpaid(PaymentFailure.Stopped));
        run.AccountDoes<AccountCommand.PostPayment>().AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Lane()).Should().Be((end, ""));
    }

    [Fact]
    public void SettleBefore_StopsThePayment()
    {
        var run = Paying();
        run.Pass(Span.Hours(25)).Should().BeEmpty("it has begun, so open-before does not end it");
        run.Pass(Span.Hours(24));
        run.Asked().Should().BeOfType<PaymentCommand.Stop>();
        run.PaymentDoes();
        run.Leg("rent", Unpaid(PaymentFailure.Stopped));
        run.AccountDoes<AccountCommand.ReleaseLeg>().AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Name, run.Lane()).Should().Be(("expired", ""));
    }

    /// <summary>A payment that came too late was never begun; of any other answer nobody knows that.</summary>
    [Theory]
    [InlineData(RejectionCode.DeadlinePassed, "Submit")]
    [InlineData(RejectionCode.AlreadyExists, "")]
    [InlineData(RejectionCode.IdempotencyMismatch, "")]
    public void Payment_ThatIsRefused_IsMadeOnChainOnlyWhereNoneBegan(RejectionCode code, string lane)
    {
        var run = new PacketRun(Rent, Instead).Reserved();
        run.Answer<Effect.TellPayment>(PacketRun.No(RejectionCode.Overloaded)).Should().BeEmpty("nothing was decided");
        run.Answer<Effect.TellPayment>(PacketRun.No(code));
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        run.Lane().Should().Be(lane);
    }

    [Fact]
    public void Recover_PaymentThatMayHaveBegun_NeitherBeginsNorIsMadeOnChain()
    {
        var waits = new PacketRun(Transfer("a", 5), Rent with { After = ["a"] }, Instead).Reserved();
        Recover(waits);
        AnswerLookUps(waits);
        waits.Settle("a");
        (waits.Asked(), waits.Stage("rent")).Should().Be((null, "releasing"));
        waits.AccountDoes<AccountCommand.ReleaseLeg>().AccountDoes<AccountCommand.ReleaseLeg>();
        (waits.Lane(), waits.Stage("rent-chain"), waits.Name).Should().Be(("", "released", "partially-settled"));

        var reservedAnew = new PacketRun(Rent, Instead).Approved();
        Recover(reservedAnew);
        reservedAnew.Answer(reservedAnew.Account<AccountCommand.Reserve>().Intent, PacketRun.Done);
        AnswerLookUps(reservedAnew);
        (reservedAnew.Asked(), reservedAnew.Stage("rent")).Should().Be((null, "releasing"));
    }

    [Fact]
    public void Recover_WhilePaying_TakesNoPaymentsWordThatNothingWasPaid()
    {
        var run = Paying();
        Recover(run);
        AnswerLookUps(run);
        run.Asked().Should().BeOfType<PaymentCommand.Stop>();
        run.PaymentDoes();
        run.Leg("rent", Unpaid());
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Lane(), run.Stage("rent-chain")).Should().Be(("", "releasing"), "the payment was forgotten and begun anew: it does not know of the parts before");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Recover_PaymentThatIsForgotten_IsGivenUp(bool wasTaken)
    {
        var run = wasTaken ? Paying() : new PacketRun(Rent, Instead).Reserved();
        Recover(run);
        AnswerLookUps(run);
        run.Answer<Effect.TellPayment>(PacketRun.No(RejectionCode.NotFound));
        run.AccountDoes<AccountCommand.ReleaseLeg>().AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Lane(), run.Stage("rent"), run.Stage("rent-chain"), run.Name).Should().Be(("", "released", "released", "invalidated"));
    }

    [Fact]
    public void Recover_AfterItWasUnpaid_AsksTheLaneBeforeItIsMadeOnChain()
    {
        var run = Paying();
        run.Leg("rent", Unpaid());
        Recover(run);
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        (run.Lane(), run.Stage("rent-chain")).Should().Be(("LookUp", "unknown"));
        AnswerLookUps(run);
        run.Lane().Should().Be("Submit", "it was known before the restore that nothing was paid, and the lane has nothing of it");
    }

    [Fact]
    public void Later_LegsWaitForEitherWay()
    {
        var run = Paying(Rent, Instead, PacketRun.After(Transfer("b", 1), "rent"));
        run.Leg("rent", Unpaid());
        run.AccountDoes<AccountCommand.ReleaseLeg>();
        run.Stage("b").Should().Be("waiting");
        run.Settle("rent-chain");
        run.Stage("b").Should().Be("submitted");
        run.Settle("b");
        run.Name.Should().Be("settled");

        var failed = Paying(Rent, Instead, PacketRun.After(Transfer("b", 1), "rent"));
        failed.Leg("rent", Unpaid(PaymentFailure.RefusedByPayee));
        failed.AccountDoes<AccountCommand.ReleaseLeg>();
        failed.Stage("b").Should().Be("releasing");
    }

    [Fact]
    public void News_OfAnotherKindOfLeg_IsRefused()
    {
        var run = Paying();
        run.Refuse(new PacketCommand.RecordLeg(run.NewId(), "rent-chain", Paid)).Code.Should().Be(RejectionCode.LegMismatch);
        run.Refuse(new PacketCommand.RecordLeg(run.NewId(), "rent", new LegProgress.Delivered())).Code.Should().Be(RejectionCode.LegMismatch);
    }

    [Fact]
    public void Draft_OfAnInvoiceThatHasExpired_IsRefused()
    {
        var run = new PacketRun(Rent, Instead) { Now = Rent.Invoice.ExpiresAt };
        run.Refuse(new PacketCommand.Draft(run.NewId(), run.Content)).Code.Should().Be(RejectionCode.Expired);
        run.Now += new Span(-1);
        run.Accept(new PacketCommand.Draft(run.NewId(), run.Content));
    }

    private static void Recover(PacketRun run) => run.Accept(PacketDecider.Recover(run.State, Id("recover"), 1_800_000_000_000)!);

    private static void AnswerLookUps(PacketRun run)
    {
        foreach (var (intent, effect) in run.Owed)
            if (effect is Effect.TellLane { Command: TPWallet.Grains.Interfaces.Lanes.LaneCommand.LookUp }) run.Answer(intent, PacketRun.No(RejectionCode.NotFound));
    }
}
