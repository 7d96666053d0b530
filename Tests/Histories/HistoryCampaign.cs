using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace TPWallet.Tests.Histories;

/// <summary>Histories one after the other on each chain, the chains beside each other, with fresh nodes and a fresh system for every so many.</summary>
internal sealed class HistoryCampaign(ulong first, int count)
{
    /// <summary>Histories of one scene: the board of a silo keeps 256 incidents.</summary>
    private const int OfOneScene = 80;

    /// <summary>No divisor of the depths, so that each depth comes to it.</summary>
    private const ulong OutgoingEvery = 7;

    private readonly ConcurrentQueue<HistoryOutcome> _done = [];

    public IReadOnlyList<HistoryOutcome> Faults => [.. _done.Where(static outcome => outcome.Fault is not null)];

    /// <param name="say">Told of each history that went wrong, and how far it is.</param>
    public async Task RunAsync(Action<string> say)
    {
        var started = Stopwatch.GetTimestamp();
        for (var from = 0; from < count; from += OfOneScene)
        {
            var some = Math.Min(OfOneScene, count - from);
            await using var scene = await HistoryScene.StartAsync(some);
            var (chains, queue) = (scene.Chains, from);
            await Task.WhenAll(chains.Select((chain, at) => Task.Run(async () =>
            {
                for (var i = queue; i < queue + some; i++)
                {
                    var seed = first + (ulong)i;
                    if (seed % (ulong)chains.Count != (ulong)at) continue;
                    var outcome = await Of(scene, chain, seed).RunAsync();
                    _done.Enqueue(outcome);
                    if (outcome.Fault is null) continue;
                    say($"history {seed} on {chain.Id}: {outcome.Fault.Message}\n{outcome.Story}");
                    // What it left undone would be another history's.
                    return;
                }
            })));
            say(string.Create(CultureInfo.InvariantCulture, $"{_done.Count} histories in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s; nodes broke {chains.Sum(static chain => chain.Gate.Broken)} connections"));
        }
    }

    /// <summary>Every depth comes in turn on each chain, and every few histories one of a payment that goes out.</summary>
    private static IHistory Of(HistoryScene scene, IScriptedChain chain, ulong seed)
    {
        var turn = seed / (ulong)scene.Chains.Count;
        var depth = (int)(turn % HistoryScene.MaxDepth) + 1;
        return turn % OutgoingEvery == OutgoingEvery - 1 ? new OutgoingHistory(scene, chain, seed, depth) : new History(scene, chain, seed, depth);
    }

    public IEnumerable<string> Report()
    {
        foreach (var chain in _done.GroupBy(static outcome => outcome.Chain))
        {
            var polls = chain.Select(static outcome => outcome.SlowestPoll.TotalMilliseconds).Order().ToArray();
            var ledgers = chain.Select(static outcome => outcome.SlowestLedger.TotalMilliseconds).Order().ToArray();
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{chain.Key}: {chain.Count()} histories, {chain.Sum(static outcome => outcome.Reorgs)} reorgs of depth 1 to {chain.Max(static outcome => outcome.Deepest)}, {chain.Sum(static outcome => outcome.Alerts)} changes told in the poll that saw them; slowest poll of a history: median {polls[polls.Length / 2]:F0} ms, at most {polls[^1]:F0} ms; then the ledger: median {ledgers[ledgers.Length / 2]:F0} ms, at most {ledgers[^1]:F0} ms");
        }

        int Of(FaultKind kind) => Faults.Count(outcome => outcome.Kind == kind);
        yield return $"credits not reversed {Of(FaultKind.CreditNotReversed)}, wrongly reversed {Of(FaultKind.WronglyReversed)}, missed alerts {Of(FaultKind.MissedAlert)}, other faults {Faults.Count(static outcome => outcome.Kind is null)}";
    }
}
