using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Signing;
using TPWallet.Tests.Domain;

namespace TPWallet.Tests.Signer;

/// <summary>States on their way to the signer: few go alone, what comes meanwhile goes together.</summary>
public sealed class StateQueueTests
{
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<ulong> _alone = [];
    private readonly List<ulong[]> _together = [];

    [Fact]
    public async Task Ask_WhileEnoughAreUnderWay_GoTogether_AndEachHasItsOwnAnswer()
    {
        var queue = new StateQueue(OneAsync, many => Task.FromResult<SignerAnswer<StateAnswers>>(new SignerAnswer<StateAnswers>.Given(new([.. Note(many).States.Select(Answer)]))));
        var answers = await AskAsync(queue, 150);

        _alone.Should().HaveCount(StateQueue.MostUnderWay);
        _together.Should().OnlyContain(static batch => batch.Length <= SignStatesRequest.Most).And.HaveCountLessThanOrEqualTo(4);
        for (var nonce = 1UL; nonce <= 150; nonce++) ShouldBe(answers[(int)nonce - 1], nonce);
    }

    /// <summary>An older signer; and one that refuses several together, which says nothing of any one of them.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ask_SignerThatDoesNotTakeSeveral_AsksForEachByItself(bool refuses)
    {
        SignerAnswer<StateAnswers> none = refuses
            ? new SignerAnswer<StateAnswers>.Refused(new(RejectionCode.TooLarge, "less", "more"))
            : new SignerAnswer<StateAnswers>.NoAnswer(SignerClient.Unknown);
        var answers = await AskAsync(new(OneAsync, many => Task.FromResult((Note(many), none).none)), 20);

        _together.Should().NotBeEmpty();
        for (var nonce = 1UL; nonce <= 20; nonce++) ShouldBe(answers[(int)nonce - 1], nonce);
    }

    [Fact]
    public async Task Ask_AnswerForFewerThanWereAsked_IsNoAnswerToAny()
    {
        var queue = new StateQueue(OneAsync, many => Task.FromResult<SignerAnswer<StateAnswers>>(new SignerAnswer<StateAnswers>.Given(new([.. Note(many).States.Skip(1).Select(Answer)]))));
        var answers = await AskAsync(queue, 20);

        answers.Count(static answer => answer is SignerAnswer<StateSignature>.NoAnswer).Should().Be(20 - StateQueue.MostUnderWay);
    }

    [Fact]
    public async Task Ask_WhereTheTransportThrows_EachSeesIt_AndTheNextIsAsked()
    {
        var queue = new StateQueue(OneAsync, static _ => throw new IOException("broken"));
        var asked = Ask(queue, 10);

        await asked[^1].Awaiting(static ask => ask.WaitAsync(_longest)).Should().ThrowAsync<IOException>();
        foreach (var ask in asked) await Task.WhenAny(ask).WaitAsync(_longest);
        ShouldBe(await queue.AskAsync(Request(11), CancellationToken.None).WaitAsync(_longest), 11);
    }

    private static SignStateRequest Request(ulong nonce) =>
        new(AccountId.Parse(Bytes32.Zero.ToString()), new(Bytes32.Zero, ChannelSide.A), 1, ChannelBook.Empty with { Nonce = nonce });

    /// <summary>The even ones are signed, the others refused.</summary>
    private static StateAnswer Answer(SignStateRequest request) => request.Book.Nonce % 2 == 0
        ? new(new(request.Book.Nonce, HexBytes.Empty), null)
        : new(null, new(RejectionCode.NonceConflict, "another", $"{request.Book.Nonce}"));

    private static void ShouldBe(SignerAnswer<StateSignature> answer, ulong nonce)
    {
        if (nonce % 2 == 0) answer.Should().BeOfType<SignerAnswer<StateSignature>.Given>().Which.Value.Nonce.Should().Be(nonce);
        else answer.Should().BeOfType<SignerAnswer<StateSignature>.Refused>().Which.Rejection.Actual.Should().Be($"{nonce}");
    }

    private async Task<SignerAnswer<StateSignature>[]> AskAsync(StateQueue queue, int count) => await Task.WhenAll(Ask(queue, count)).WaitAsync(_longest);

    /// <summary>Asks for all at once; the first are held until all wait.</summary>
    private List<Task<SignerAnswer<StateSignature>>> Ask(StateQueue queue, int count)
    {
        var asked = new List<Task<SignerAnswer<StateSignature>>>();
        for (var nonce = 1; nonce <= count; nonce++)
        {
            asked.Add(queue.AskAsync(Request((ulong)nonce), CancellationToken.None));
            // Those that go alone have left before the others come.
            if (nonce <= StateQueue.MostUnderWay) SpinWait.SpinUntil(() => Left >= nonce, _longest).Should().BeTrue("a free place is taken at once");
        }

        _held.SetResult();
        return asked;
    }

    private int Left
    {
        get
        {
            lock (_alone) return _alone.Count;
        }
    }

    private async Task<SignerAnswer<StateSignature>> OneAsync(SignStateRequest request)
    {
        lock (_alone) _alone.Add(request.Book.Nonce);
        await _held.Task;
        var answer = Answer(request);
        return answer.Signature is { } signature ? new SignerAnswer<StateSignature>.Given(signature) : new SignerAnswer<StateSignature>.Refused(answer.Refusal!);
    }

    private SignStatesRequest Note(SignStatesRequest many)
    {
        lock (_together) _together.Add([.. many.States.Select(static state => state.Book.Nonce)]);
        return many;
    }
}
