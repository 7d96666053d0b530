using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Signing;

namespace TPWallet.Grains.Signing;

/// <summary>
/// States of channels on their way to the signer. With few under way each goes at once and alone; what comes while enough are under way goes together with the next, as a
/// journal's commits do: the signer then makes their floors durable by one commit. Each has an answer of its own.
/// </summary>
/// <param name="one">Asks for one.</param>
/// <param name="many">Asks for several; an older signer does not know that, and is asked for each by itself.</param>
internal sealed class StateQueue(
    Func<SignStateRequest, Task<SignerAnswer<StateSignature>>> one, Func<SignStatesRequest, Task<SignerAnswer<StateAnswers>>> many)
{
    /// <summary>Requests under way at once: the signer judges one while the floors of the other are on their way to its disk.</summary>
    public const int MostUnderWay = 2;

    /// <summary>Most that wait; beyond it one is answered at once, and asked again later.</summary>
    public const int MostWaiting = 16_384;

    private readonly Lock _gate = new();
    private readonly Queue<Waiting> _waiting = new();
    private int _underWay;

    /// <summary>The caller's token ends its wait, never what was asked.</summary>
    public Task<SignerAnswer<StateSignature>> AskAsync(SignStateRequest request, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(request);
        bool starts;
        lock (_gate)
        {
            if (_waiting.Count >= MostWaiting) return Task.FromResult<SignerAnswer<StateSignature>>(new SignerAnswer<StateSignature>.NoAnswer($"{MostWaiting} states wait for the signer."));
            _waiting.Enqueue(waiting);
            starts = _underWay < MostUnderWay;
            if (starts) _underWay++;
        }

        // Not a grain's turn: it serves all grains.
        if (starts) _ = Task.Run(RunAsync, CancellationToken.None);
        return waiting.Answer.Task.WaitAsync(cancellationToken);
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } batch)
        {
            try
            {
                if (batch.Count == 1) batch[0].Answer.SetResult(await one(batch[0].Request));
                else await AskManyAsync(batch);
            }
            catch (Exception failure)
            {
                // The edge: whatever broke, each has an answer, and those behind them go on.
                foreach (var waiting in batch) waiting.Answer.TrySetException(failure);
            }
        }
    }

    private List<Waiting> Take()
    {
        var taken = new List<Waiting>();
        lock (_gate)
        {
            while (taken.Count < SignStatesRequest.Most && _waiting.TryDequeue(out var waiting)) taken.Add(waiting);
            if (taken.Count == 0) _underWay--;
        }

        return taken;
    }

    private async Task AskManyAsync(List<Waiting> batch)
    {
        var answer = await many(new([.. batch.Select(static waiting => waiting.Request)]));
        // A refusal of them together says nothing of any one of them.
        if (answer is SignerAnswer<StateAnswers>.NoAnswer { Detail: SignerClient.Unknown } or SignerAnswer<StateAnswers>.Refused { Rejection.Code: not RejectionCode.Overloaded })
        {
            foreach (var waiting in batch) waiting.Answer.SetResult(await one(waiting.Request));
            return;
        }

        for (var i = 0; i < batch.Count; i++) batch[i].Answer.SetResult(Of(answer, i, batch.Count));
    }

    private static SignerAnswer<StateSignature> Of(SignerAnswer<StateAnswers> answer, int index, int count) => answer switch
    {
        SignerAnswer<StateAnswers>.Given { Value.Answers: { IsDefault: false } answers } when answers.Length == count => answers[index] switch
        {
            { Signature: { } signature } => new SignerAnswer<StateSignature>.Given(signature),
            { Refusal: { } refusal } => new SignerAnswer<StateSignature>.Refused(refusal),
            _ => new SignerAnswer<StateSignature>.NoAnswer("The signer said nothing of this state."),
        },
        SignerAnswer<StateAnswers>.Given => new SignerAnswer<StateSignature>.NoAnswer("The signer's answer is not one for each state."),
        SignerAnswer<StateAnswers>.Refused refused => new SignerAnswer<StateSignature>.Refused(refused.Rejection),
        SignerAnswer<StateAnswers>.NoAnswer none => new SignerAnswer<StateSignature>.NoAnswer(none.Detail),
        _ => throw new UnreachableException(),
    };

    private sealed record Waiting(SignStateRequest Request)
    {
        public TaskCompletionSource<SignerAnswer<StateSignature>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
