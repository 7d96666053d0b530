using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>The specification of <see cref="IAnswerStore"/>: both databases pass it.</summary>
public abstract class AnswerStoreSpec
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly JournalSeal _seal = new(new byte[32]);

    /// <summary>Makes an empty database.</summary>
    protected abstract Task<IStoreUnderTest> CreateAsync();

    [Fact]
    public async Task Answer_Kept_IsFoundAfterTheDatabaseWasOpenedAgain()
    {
        await using var store = await CreateAsync();
        var answer = Answer(1, at: 10);
        await using (var journal = await store.OpenAsync(_seal))
        {
            var answers = (IAnswerStore)journal;
            (await answers.FindAnswerAsync(answer.CommandId, None)).Should().BeNull();
            await answers.KeepAnswerAsync(answer, None);
            await answers.KeepAnswerAsync(answer, None);
        }

        await using var again = await store.OpenAsync(_seal);
        Same(await ((IAnswerStore)again).FindAnswerAsync(answer.CommandId, None), answer);
        (await ((IAnswerStore)again).FindAnswerAsync(Guid.NewGuid(), None)).Should().BeNull();
    }

    [Fact]
    public async Task Answer_KeptAgainForTheSameCommand_TakesTheOldOnesPlace()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var answers = (IAnswerStore)journal;
        var (first, next) = (Answer(1, at: 10), Answer(2, at: 20));
        await answers.KeepAnswerAsync(first, None);
        next = next with { CommandId = first.CommandId };
        await answers.KeepAnswerAsync(next, None);
        Same(await answers.FindAnswerAsync(first.CommandId, None), next);
    }

    [Fact]
    public async Task Forget_OlderThanAndBeyondTheNumber_KeepsTheNewest()
    {
        await using var store = await CreateAsync();
        await using var journal = await store.OpenAsync(_seal);
        var answers = (IAnswerStore)journal;
        KeptAnswer[] all = [.. Enumerable.Range(1, 6).Select(i => Answer((byte)i, at: i))];
        foreach (var answer in all) await answers.KeepAnswerAsync(answer, None);
        (await LeftAsync()).Should().Equal(1, 2, 3, 4, 5, 6);
        await answers.ForgetAnswersAsync(3, keepAtMost: 100, None);
        (await LeftAsync()).Should().Equal(3, 4, 5, 6);
        await answers.ForgetAnswersAsync(0, keepAtMost: 2, None);
        (await LeftAsync()).Should().Equal(5, 6);

        async Task<List<long>> LeftAsync()
        {
            List<long> left = [];
            foreach (var answer in all)
                if (await answers.FindAnswerAsync(answer.CommandId, None) is { } found) left.Add(found.AtUnixMs);
            return left;
        }
    }

    private static KeptAnswer Answer(byte content, long at) => new(Guid.NewGuid(), new byte[] { content, 1 }, at, new byte[] { content, 2 });

    private static void Same(KeptAnswer? found, KeptAnswer expected)
    {
        found.Should().NotBeNull();
        (found!.CommandId, found.AtUnixMs).Should().Be((expected.CommandId, expected.AtUnixMs));
        found.Fingerprint.ToArray().Should().Equal(expected.Fingerprint.ToArray());
        found.Reply.ToArray().Should().Equal(expected.Reply.ToArray());
    }
}
