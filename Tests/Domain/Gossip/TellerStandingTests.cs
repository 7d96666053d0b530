using TPWallet.Domain.Gossip;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Gossip;

/// <summary>Who tells much that is not true is left alone for a while, and shown with the reasons.</summary>
public sealed class TellerStandingTests
{
    private static readonly Span _every = Span.Seconds(30);
    private static readonly Rejection _forged = new(RejectionCode.BadSignature, "a signature", "another");

    [Fact]
    public void Teller_IsAskedAtItsTime_AndForAllNowAndThen()
    {
        var now = People.Start;
        TellerStanding.New.IsDue(now, _every).Should().BeTrue();
        var standing = TellerStanding.New.Asked(now).With(new(40, 20, 20, [], null), now);
        standing.IsDue(now + Span.Seconds(29), _every).Should().BeFalse();
        standing.IsDue(now + _every, _every).Should().BeTrue();
        standing.Asked(now + _every).Next.Should().Be(40);
        standing.Asked(now + TellerStanding.Whole).Next.Should().Be(0, "what could not be checked may be true by now");
        standing.LineOf("other", 18).Should().Match<TellerLine>(static line => line.Sides == 18 && line.Words == 20 && line.Taken == 20 && line.Refused.IsEmpty && line.Last == null);
    }

    [Fact]
    public void Teller_OfMuchThatIsRefused_IsLeftAlone()
    {
        var now = People.Start;
        var few = TellerStanding.New.Asked(now).With(Report(TellerStanding.MostRefused - 1), now);
        few.PausedUntil.Should().BeNull();
        few.LineOf("other", 0).Refused.Should().Equal(new RefusedCount(RejectionCode.BadSignature, TellerStanding.MostRefused - 1));
        var many = few.With(Report(TellerStanding.MostRefused), now);
        (many.Last!.Code, many.PausedUntil).Should().Be((RejectionCode.QuotaExceeded, now + TellerStanding.Pause));
        many.Refused[RejectionCode.QuotaExceeded].Should().Be(1);
        many.IsDue(now + TellerStanding.Pause - Span.Seconds(1), _every).Should().BeFalse();
        many.IsDue(now + TellerStanding.Pause, _every).Should().BeTrue("it may have mended its ways");
    }

    private static TellingReport Report(int refused) => new(0, refused, 0, [.. Enumerable.Repeat(_forged, refused)], null);
}
