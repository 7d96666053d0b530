using TPWallet.Domain.Machines;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Notifications;

/// <summary>Who is told what, when, and what becomes of what is not taken (field notes 20 and 37).</summary>
public sealed class WebhookDeciderTests
{
    private readonly WebhookRun _run = new();

    [Theory]
    [InlineData("http:/x", RejectionCode.Malformed)]
    [InlineData("/hook", RejectionCode.Malformed)]
    [InlineData("ftp://example.com/", RejectionCode.Malformed)]
    [InlineData("https://me:pass@example.com/", RejectionCode.Malformed)]
    [InlineData("https://example.com/#part", RejectionCode.Malformed)]
    [InlineData("file:///etc/passwd", RejectionCode.Malformed)]
    [InlineData("stream:", RejectionCode.Malformed)]
    [InlineData("stream:Told", RejectionCode.Malformed)]
    [InlineData("stream://told", RejectionCode.Malformed)]
    [InlineData("Stream:told", RejectionCode.Malformed)]
    public void Add_AddressThatMayNotBe_IsRefused(string url, RejectionCode code) => _run.Refuse(Add("hook") with { Url = url }).Code.Should().Be(code);

    [Fact]
    public void Add_BeyondTheLimits_IsRefused()
    {
        _run.Refuse(Add("hook") with { Url = "https://example.com/" + new string('x', WebhookLimits.MaxUrl) }).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Add("hook") with { Types = [.. Enumerable.Repeat("leg.*", WebhookLimits.MaxTypes + 1)] }).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Add("hook") with { Types = ["leg.moned"] }).Code.Should().Be(RejectionCode.UnsupportedKind);
        _run.Refuse(Add("hook") with { Types = [".*"] }).Code.Should().Be(RejectionCode.UnsupportedKind);
        _run.Refuse(Add("hook") with { Secret = "whsec_readable" }).Code.Should().Be(RejectionCode.Malformed);
        for (var i = 0; i < WebhookLimits.MaxEndpoints; i++) _run.Accept(Add($"hook-{i}"));
        _run.Refuse(Add("hook")).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Add("hook-0")).Code.Should().Be(RejectionCode.AlreadyExists);
    }

    [Fact]
    public void Ordered_FailingEvent_HoldsItsSubjectAndNoOther()
    {
        _run.Listening().Hears(new("packet/a", 1, 2), new("packet/b", 5, 5));
        _run.Posts.Select(post => (post.Subject, post.From)).Should().BeEquivalentTo([("packet/a", 1L), ("packet/b", 5L)]);
        _run.Posted(_run.Posts.Single(post => post.Subject == "packet/a"), 500);
        _run.Posted(200);
        _run.Posts.Should().BeEmpty("the second event of packet/a waits for the first");
        _run.View.Waiting.Should().Be(1);
        _run.Pass(Span.Seconds(4)).Should().BeEmpty();
        _run.Pass(Span.Seconds(2)).Should().ContainSingle();
        _run.Posts.Should().ContainSingle().Which.Attempts.Should().Be(1);
        _run.Posted(204);
        _run.Posts.Should().ContainSingle().Which.From.Should().Be(2);
    }

    [Fact]
    public void Unordered_FailingEvent_IsTriedByItselfWhileTheLineGoesOn()
    {
        _run.Listening(ordered: false).Hears(new WebhookNews("packet/a", 1, 3));
        _run.Posted(500);
        _run.Posts.Should().ContainSingle().Which.From.Should().Be(2);
        _run.View.Retrying.Should().Be(1);
        _run.Posted(200);
        _run.Pass(Span.Seconds(6));
        _run.Posts.Should().HaveCount(2);
        _run.Posted(_run.Posts.Single(post => !post.InLine), 200);
        _run.View.Retrying.Should().Be(0);
    }

    [Fact]
    public void Event_ThatIsNeverTaken_IsTriedByTheScheduleAndThenADeadLetter()
    {
        _run.Listening().Hears(new WebhookNews("packet/a", 1, 1));
        Span[] pauses = [Span.Seconds(5), Span.Seconds(300), Span.Seconds(1800), Span.Hours(2), Span.Hours(5), Span.Hours(10), Span.Hours(14), Span.Hours(20), Span.Hours(24)];
        foreach (var pause in pauses)
        {
            var failed = (WebhookEvent.Failed)_run.Posted(0, "timeout").Single();
            (failed.NextAt - _run.Now).Ms.Should().BeInRange(pause.Ms, pause.Ms + (pause.Ms / 10));
            _run.Pass(new(pause.Ms - 1)).Should().BeEmpty();
            _run.Pass(new(1 + (pause.Ms / 10))).Should().ContainSingle();
        }

        _run.Posted(503).Single().Should().BeOfType<WebhookEvent.GivenUp>().Which.Attempt.Number.Should().Be(WebhookLimits.MaxAttempts);
        (_run.View.Waiting, _run.View.Dead, _run.View.LastStatus, _run.View.Failures).Should().Be((0, 1, 503, 10L));
        WebhookDecider.DeadLetters(_run.State, "hook", "")!.Letters.Single().Last.Event.Should().Be(WebhookRun.EventOf("packet/a", 1));
        _run.Posts.Should().BeEmpty();
    }

    [Theory]
    [InlineData("packet/a")]
    [InlineData("a")]
    [InlineData("")]
    [InlineData("evt:packet/a:1")]
    public void DeadLetter_Resent_IsTriedAfreshAndLeavesTheList(string what)
    {
        Kill(new WebhookNews("packet/a", 1, 1));
        _run.Refuse(Resend("b", onlyFailed: true)).Code.Should().Be(RejectionCode.NotFound);
        _run.Accept(Resend(what, onlyFailed: true));
        _run.View.Dead.Should().Be(0);
        var again = _run.Posts.Should().ContainSingle().Subject;
        (again.Subject, again.From, again.Attempts, again.InLine).Should().Be(("packet/a", 1L, 0, false));
        _run.Posted(200);
        _run.View.Should().Match<WebhookView>(view => view.Retrying == 0 && view.Dead == 0 && view.Failures == 0);
    }

    [Fact]
    public void Resend_OfWhatWasTold_IsLookedUpPartByPart()
    {
        _run.Listening();
        _run.Accept(Resend("0xabc"));
        var search = _run.Owes<Effect.FindNotices>().Effect.Search;
        (search.Owner, search.Number, search.Resend.What).Should().Be((_run.Key, 1L, "0xabc"));
        _run.Answer<Effect.FindNotices>(new EffectResult.NoticesFound(new("hook", 1, [new("packet/a", 3, 3)], 40, false)));
        _run.Owes<Effect.FindNotices>().Effect.Search.Resend.After.Should().Be(40);
        _run.Answer<Effect.FindNotices>(new EffectResult.NoticesFound(new("hook", 1, [], 50, true)));
        _run.View.Resends.Should().Be(0);
        _run.Posts.Should().ContainSingle().Which.From.Should().Be(3);
        for (var i = 0; i < WebhookLimits.MaxResends; i++) _run.Accept(Resend("0xabc"));
        _run.Refuse(Resend("0xabc")).Code.Should().Be(RejectionCode.Overloaded);
    }

    [Fact]
    public void Gone_StopsTheEndpoint_AndItGoesOnWhereItStopped()
    {
        _run.Listening().Hears(new("packet/a", 1, 2), new("packet/b", 1, 1));
        _run.Posted(_run.Posts[0], 410).Single().Should().BeOfType<WebhookEvent.Gone>();
        _run.Owed.Should().BeEmpty("neither told nor listening");
        WebhookDecider.NextWake(_run.State).Should().BeNull();
        _run.View.Stop.Should().Be(WebhookStop.Gone);
        _run.Refuse(new WebhookCommand.Try(_run.Id(), "hook")).Code.Should().Be(RejectionCode.WrongState);
        _run.Accept(Update(enabled: true));
        _run.Posts.Select(post => (post.Subject, post.From, post.Attempts)).Should().BeEquivalentTo([("packet/a", 1L, 0), ("packet/b", 1L, 0)]);
    }

    [Fact]
    public void DeadLetters_WithoutRoomForAnother_StopTheEndpointAndLoseNothing()
    {
        var run = new WebhookRun { ChecksSnapshots = false };
        run.Listening(ordered: false);
        for (var i = 0; i <= WebhookLimits.MaxDead; i++)
        {
            run.Hears(new WebhookNews($"packet/p{i}", 1, 1));
            for (var attempt = 1; attempt <= WebhookLimits.MaxAttempts; attempt++)
            {
                run.Posted(500);
                if (attempt < WebhookLimits.MaxAttempts) run.Pass(Span.Hours(30));
            }
        }

        (run.View.Stop, run.View.Dead).Should().Be((WebhookStop.DeadLettersFull, WebhookLimits.MaxDead));
        run.Refuse(Update(enabled: true)).Code.Should().Be(RejectionCode.TooLarge);
        run.Accept(new WebhookCommand.Resend(run.Id(), "hook", "p0", default, true));
        run.Accept(Update(enabled: true));
        run.Posts.Select(post => post.Subject).Should().BeEquivalentTo("packet/p0", $"packet/p{WebhookLimits.MaxDead}");
        var (page, read) = (new DeadLetterPage([], ""), new List<string>());
        do
        {
            page = WebhookDecider.DeadLetters(run.State, "hook", page.Next)!;
            read.AddRange(page.Letters.Select(letter => letter.Last.Event));
        }
        while (page.Next.Length > 0);
        read.Should().HaveCount(WebhookLimits.MaxDead - 1).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void Full_ListensNoFurtherUntilSomeAreDone()
    {
        var run = new WebhookRun { ChecksSnapshots = false };
        run.Listening();
        for (var i = 0; i < WebhookLimits.MaxLines / WebhookLimits.MaxNews; i++)
            run.Hears([.. Enumerable.Range(0, WebhookLimits.MaxNews).Select(n => new WebhookNews($"packet/{i}-{n}", 1, 1))]);
        run.View.IsFull.Should().BeTrue();
        run.Posts.Should().HaveCount(WebhookLimits.MaxInFlight);
        run.Accept(new WebhookCommand.Hear(run.Id(), "hook", [new(1, 17, 18)], [new("packet/x", 1, 1)])).Should().BeEmpty("it is in the journal");
        foreach (var post in run.Posts) run.Posted(post, 200);
        run.View.IsFull.Should().BeTrue("less than one page is free");
        for (var i = 0; i < WebhookLimits.MaxNews; i++) run.Posted(run.Posts[0], 200);
        run.View.IsFull.Should().BeFalse();
    }

    [Fact]
    public void Turns_AreGivenToWhoWaitedLongest()
    {
        _run.Listening().Hears([.. Enumerable.Range(0, 20).Select(n => new WebhookNews($"packet/{n:00}", 1, 9))]);
        var told = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            told.Add(_run.Posts[0].Subject);
            _run.Posted(_run.Posts[0], 200);
        }

        told.Distinct().Should().HaveCountGreaterThan(WebhookLimits.MaxInFlight, "a busy subject does not keep the others waiting for ever");
    }

    [Fact]
    public void Hear_FromAnotherPosition_ChangesNothing()
    {
        _run.Listening().Hears(new WebhookNews("packet/a", 1, 1));
        _run.Accept(new WebhookCommand.Hear(_run.Id(), "hook", [new(1, 1, 2)], [new("packet/a", 1, 1)])).Should().BeEmpty("another look was first");
        _run.Accept(new WebhookCommand.Hear(_run.Id(), "hook", [new(1, 3, 4)], [new("packet/b", 1, 1)])).Should().BeEmpty("a gap is never passed over");
        _run.Accept(new WebhookCommand.Hear(_run.Id(), "gone", [new(1, 2, 3)], [new("packet/b", 1, 1)])).Should().BeEmpty();
        _run.Accept(new WebhookCommand.Hear(_run.Id(), "hook", [new(2, 0, 1)], [new("packet/b", 1, 1)])).Should().ContainSingle("a committer that came later begins at 0");
    }

    [Fact]
    public void Hear_RowsOfAnEarlierVersion_AreToldToo()
    {
        _run.Listening().Hears(new WebhookNews("packet/a", 7, 7)).Hears(new WebhookNews("packet/a", 5, 6));
        var told = new List<long>();
        for (; _run.Posts is [var post]; _run.Posted(post, 200)) told.Add(post.From);
        told.Should().Equal(5, 6, 7);
    }

    [Fact]
    public void Answer_ToWhatIsNoLongerAsked_ChangesNothing()
    {
        _run.Listening().Hears(new WebhookNews("packet/a", 1, 2));
        var (first, late) = (_run.Posts.Single(), _run.Result(_run.Posts.Single(), 500));
        _run.Posted(first, 200);
        _run.Accept(new WebhookCommand.RecordPost(_run.Id(), late)).Should().BeEmpty();
        _run.Accept(new WebhookCommand.Remove(_run.Id(), "hook"));
        _run.Accept(new WebhookCommand.RecordPost(_run.Id(), late)).Should().BeEmpty();
        _run.Refuse(new WebhookCommand.Remove(_run.Id(), "hook")).Code.Should().Be(RejectionCode.NotFound);
    }

    [Fact]
    public void Rows_ThatNobodyWants_ArePassed()
    {
        _run.Listening().Hears(new WebhookNews("packet/a", 1, 9));
        _run.Accept(new WebhookCommand.RecordPost(_run.Id(), new("hook", "packet/a", 1, 0, true, null, 5))).Should().ContainSingle();
        _run.Posts.Single().From.Should().Be(5);
        _run.Accept(new WebhookCommand.RecordPost(_run.Id(), new("hook", "packet/a", 5, 0, true, null, 10)));
        _run.View.Waiting.Should().Be(0);
    }

    [Fact]
    public void Rotation_OldSecretsSignForAWhileAndNoLonger()
    {
        _run.Listening();
        _run.Accept(Rotate("B", Span.Hours(1)));
        _run.Accept(Rotate("C", Span.Hours(2)));
        _run.View.Secrets.Should().Be(3);
        _run.Hook.Keys.Select(key => key.Until).Should().Equal(null, _run.Now + Span.Hours(2), _run.Now + Span.Hours(1));
        _run.Refuse(Rotate("D", Span.Hours(1))).Code.Should().Be(RejectionCode.TooLarge);
        _run.Refuse(Rotate("C", Span.Zero)).Code.Should().Be(RejectionCode.AlreadyExists);
        _run.Refuse(Rotate("D", Span.Hours(24 * 8))).Code.Should().Be(RejectionCode.TooLarge);
        _run.Now += Span.Hours(1);
        _run.View.Secrets.Should().Be(2);
        _run.Accept(Rotate("D", Span.Zero));
        _run.View.Secrets.Should().Be(1, "a stolen secret ends at once");
    }

    [Fact]
    public void Test_IsSentOnceByItself()
    {
        _run.Listening();
        _run.Accept(new WebhookCommand.Try(People.Id("try"), "hook"));
        var post = _run.Posts.Should().ContainSingle().Subject;
        (post.Subject, post.From, post.InLine).Should().Be(($"test/{People.Id("try"):n}", 0L, false));
        _run.Posted(200);
        _run.Posts.Should().BeEmpty();
    }

    [Fact]
    public void Resume_OfResultsOfOneIntent_HasAnIdOfItsOwnForEach()
    {
        _run.Listening().Hears(new WebhookNews("packet/a", 1, 1));
        var (intent, notify) = _run.Owes<Effect.Notify>();
        var first = WebhookDecider.Resume(_run.State, intent, new EffectResult.Notified(_run.Result(notify.Post, 200)))!;
        _run.Accept(first);
        _run.Hears(new WebhookNews("packet/a", 1, 1));
        WebhookDecider.Resume(_run.State, intent, new EffectResult.Notified(_run.Result(notify.Post, 200)))!.CommandId.Should().NotBe(first.CommandId, "it was sent again");
        WebhookDecider.Resume(_run.State, intent, new EffectResult.NoAnswer("down")).Should().BeNull("it stays owed, and is no attempt");
    }

    private void Kill(WebhookNews news)
    {
        _run.Listening().Hears(news);
        for (var attempt = 1; attempt < WebhookLimits.MaxAttempts; attempt++)
        {
            _run.Posted(500);
            _run.Pass(Span.Hours(30));
        }

        _run.Posted(500);
        _run.View.Dead.Should().Be(1);
    }

    private WebhookCommand.Add Add(Name name) => new(_run.Id(), name, "https://example.com/hook", ["leg.mined", "packet.*"], true, WebhookRun.Sealed);

    private WebhookCommand.Update Update(bool enabled) => new(_run.Id(), "hook", "https://example.com/hook", [], true, enabled);

    private WebhookCommand.Rotate Rotate(string letter, Span overlap) => new(_run.Id(), "hook", WebhookRun.SealedWith(letter), overlap);

    private WebhookCommand.Resend Resend(string what, bool onlyFailed = false) => new(_run.Id(), "hook", what, default, onlyFailed);
}
