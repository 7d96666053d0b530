using Orleans;
using TPWallet.Chains.Nodes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Grains.Effects;

/// <summary>Tells private relays' grains what they were sent and said. Nobody waits for them: what is not heard is not counted, and money does not depend on it.</summary>
internal static class RelayNews
{
    public static async Task TellAsync(IGrainFactory grains, Effect.Broadcast sent, BroadcastResult result)
    {
        var answers = result.ByNode.Select(static one => (one.Node, Answer: AnswerOf(one.Result))).ToArray();
        var isAlone = answers.Count(static one => one.Answer != RelayAnswer.Unreached) == 1;
        foreach (var (node, answer) in answers)
            await grains.GetGrain<ISupernodeGrain>($"{sent.Chain}/{node}").RecordRelayed(new(sent.TxHash, sent.Deadline, answer, isAlone));
    }

    /// <summary>A relay that did not name its chain was not sent the transaction; what it said instead comes as a refusal.</summary>
    internal static RelayAnswer AnswerOf(SendResult result) => result switch
    {
        SendResult.Accepted or SendResult.AlreadyKnown => RelayAnswer.Taken,
        SendResult.MaybeMined => RelayAnswer.Spent,
        SendResult.Unknown => RelayAnswer.Silent,
        SendResult.Refused { Error: NodeError.NoAnswer or NodeError.Garbage or NodeError.RateLimited or NodeError.WrongChain } => RelayAnswer.Unreached,
        _ => RelayAnswer.Refused,
    };
}
