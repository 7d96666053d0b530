using FsCheck;
using FsCheck.Fluent;
using TPWallet.Domain.Notifications;
using TPWallet.Grains.Interfaces.Notifications;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Notifications;

/// <summary>Whatever fails, crashes, repeats or is rotated: each event is taken at least once, and in order per subject where that is asked for.</summary>
public sealed class WebhookPropertyTests
{
    private const int Subjects = 3;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Events_WhateverHappens_AreAllTaken(bool ordered) => Prop.ForAll(
        Arb.From(Gen.ListOf(Gen.Choose(0, int.MaxValue), 120).Select(static list => list.ToArray())),
        steps => Told(steps, ordered)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static bool Told(int[] steps, bool ordered)
    {
        var (world, run) = (new Receiver(), new WebhookRun { ChecksSnapshots = false });
        run.Listening(ordered);
        foreach (var step in steps) Step(run, world, step);

        // In the end everything works: a dead letter is resent, and nothing is left over.
        for (var i = 0; i < 100_000 && !IsDone(run); i++)
        {
            if (run.Hook.Stop != WebhookStop.None) run.Accept(new WebhookCommand.Update(run.Id(), "hook", "https://example.com/hook", [], ordered, true));
            if (run.Posts is [var post, ..]) world.Take(run, post);
            else if (WebhookDecider.NextWake(run.State) is { } due) run.Pass(due - run.Now);
            else run.Accept(new WebhookCommand.Resend(run.Id(), "hook", "", default, true));
        }

        world.Wrote.Should().OnlyContain(written => world.Took.Contains(written), "nothing is lost");
        if (!ordered || world.WasDead) return true;
        foreach (var taken in world.Took.GroupBy(one => one.Subject))
            taken.Distinct().Select(one => one.Version).Should().BeInAscendingOrder("subject {0} asked for order", taken.Key);
        return true;
    }

    private static void Step(WebhookRun run, Receiver world, int step)
    {
        var choice = step / 16;
        switch (step % 16)
        {
            case <= 3:
                world.Write(run, choice % Subjects, 1 + (choice / Subjects % 3));
                break;
            case <= 6 when run.Posts is { Count: > 0 } posts:
                world.Take(run, posts[choice % posts.Count]);
                break;
            case <= 9 when run.Posts is { Count: > 0 } posts:
                run.Posted(posts[choice % posts.Count], choice % 7 == 0 ? 410 : choice % 2 == 0 ? 500 : 0, "status");
                break;
            case 10 when run.Posts is { Count: > 0 } posts:
                // Taken, and the silo died before it was recorded: the next activation sends it again.
                world.Took.Add((posts[0].Subject, posts[0].From));
                break;
            case 11 when WebhookDecider.NextWake(run.State) is { } due:
                run.Pass(due - run.Now);
                break;
            case 12:
                run.Do(new WebhookCommand.Rotate(run.Id(), "hook", WebhookRun.SealedWith($"{choice % 10}{choice / 10 % 10}"), Span.Hours(choice % 3)));
                break;
            case 13:
                run.Accept(new WebhookCommand.Update(run.Id(), "hook", "https://example.com/hook", [], run.Hook.Ordered, choice % 3 > 0));
                break;
            case 14:
                run.Do(new WebhookCommand.Resend(run.Id(), "hook", "", default, true));
                break;
            case 15:
                world.Repeat(run);
                break;
            default:
                break;
        }

        world.WasDead |= run.View.Dead > 0;
    }

    private static bool IsDone(WebhookRun run) => run.View is { Stop: WebhookStop.None, Waiting: 0, Retrying: 0, Dead: 0 };

    /// <summary>The journal's rows, and what the receiver has taken, in its order.</summary>
    private sealed class Receiver
    {
        private readonly long[] _heads = new long[Subjects];
        private WebhookCommand? _last;

        public List<(string Subject, long Version)> Wrote { get; } = [];

        public List<(string Subject, long Version)> Took { get; } = [];

        /// <summary>A dead letter lets its line go on: from then on there is no order to keep.</summary>
        public bool WasDead { get; set; }

        public void Write(WebhookRun run, int subject, int rows)
        {
            var (name, from) = ($"packet/{subject}", _heads[subject] + 1);
            _heads[subject] += rows;
            for (var version = from; version <= _heads[subject]; version++) Wrote.Add((name, version));
            run.Hears(new WebhookNews(name, from, _heads[subject]));
        }

        public void Take(WebhookRun run, WebhookPost post)
        {
            Took.Add((post.Subject, post.From));
            run.Accept(_last = new WebhookCommand.RecordPost(run.Id(), run.Result(post, 200)));
        }

        /// <summary>A late copy of an answer.</summary>
        public void Repeat(WebhookRun run)
        {
            if (_last is not null) run.Accept(_last).Should().BeEmpty("it is recorded already");
        }
    }
}
