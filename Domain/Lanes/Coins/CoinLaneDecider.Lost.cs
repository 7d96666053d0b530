using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>
/// Coins that vanish after they were signed for. A deposit that was final is reorganised away, and what it spent goes to another transaction: once that is final, no
/// version of a leg that spends the deposit can be mined on this chain. Only that proof counts (the report names the final transaction and the coin), never that a
/// transaction is absent, a node's word, or time. Two cases:
/// <list type="bullet">
/// <item><b>Coins are left.</b> They are signed for the leg for good (OutpointRules), so only the leg itself can give them back: by a no-op that spends them all and leaves out
/// what is lost. It shares an outpoint with every version, so once it is final the payment stays impossible whatever comes back; the leg ends then, and not before.</item>
/// <item><b>None is left</b>, or not worth a no-op, or none that an earlier no-op spends (what that left out came back, and what it spends is lost now): nothing can be made that the payment conflicts with. The proof ends the leg (Taken); what is left stays bound to it.</item>
/// </list>
/// A reorg below the transaction that proved it makes the payment possible again: its bytes are out, and nobody can take them back. The leg is held again at packet and
/// account (which may leave a debt, and a debt stops spending). As its end was told, and may have been compensated or paid anew by votes that name it, the lane does
/// not send the payment any more: it closes the leg by the no-op of all its coins. Were the payment mined first, it is posted: what is true is never hidden.
/// </summary>
public sealed partial class CoinLaneDecider
{
    private const string LostReason = "a coin of it can never be";

    /// <summary>
    /// A report about a version, which spends the coin. Where that is the change of a leg of this lane, that leg's own end decides (FollowParents); where a version that does without the coin
    /// is mined, nothing is lost.
    /// </summary>
    private static void LoseInput(CoinDraft draft, CoinLeg entry, SpentOutput output, Inclusion by)
    {
        if (ParentOf(draft.State, output) is not null || !IsNews(entry, output, by)) return;
        if (entry.Inclusion is { } held)
        {
            var mined = entry.Body!.Find(held.TxHash)!;
            if (!Spends(mined, output)) return;
            draft.Add(new CoinLaneEvent.VersionUnmined(entry.Sequence, mined.LastReport, held.TxHash, held.Block.Hash));
        }

        draft.Add(new CoinLaneEvent.InputLost(entry.Sequence, output, by));
    }

    /// <summary>Ends a leg whose coin is lost and that no no-op can close any more: the proof is all there can be.</summary>
    private static void GiveUp(CoinDraft draft, CoinLeg entry)
    {
        if (entry.Lost is not { } lost || ToBeClosed(entry) is not { } body) return;
        if (body.Versions.Length >= LaneLimits.Versions || NoOp(draft.State, entry, body) is null) draft.Add(new CoinLaneEvent.CoinsTaken(entry.Sequence, lost.Newest));
    }

    private static CoinLaneState OnInputLost(CoinLaneState state, CoinLeg entry, CoinLaneEvent.InputLost e) => state.With(entry with
    {
        Lost = new((entry.Lost?.ByOutput ?? ImmutableSortedDictionary<StateKey, Inclusion>.Empty).SetItem(CoinLaneState.KeyOf(e.Output), e.By), e.By),
        Closing = entry.Closing ?? LostReason,
    });

    private static bool IsNews(CoinLeg entry, SpentOutput output, Inclusion by) =>
        entry.Lost?.ByOutput.GetValueOrDefault(CoinLaneState.KeyOf(output)) is not { } known || known.TxHash != by.TxHash || known.Block != by.Block;

    /// <summary>Coins may be again where the block is gone that proved the opposite; and a leg, where that is what ended it.</summary>
    private static CoinLeg RegainInputs(CoinDraft draft, CoinLeg entry, WatchReport report)
    {
        if (report is not WatchReport.Unmined { LostBlock: var block } || entry.Lost?.ByOutput.Values.Any(by => by.Block.Hash == block) != true) return entry;
        draft.Add(new CoinLaneEvent.InputReturned(entry.Sequence, block));
        if (entry.Stage is CoinStage.Taken { By: var by } && IsLostTo(entry, by) && !IsLostTo(draft.State.Entries[entry.Sequence], by))
            draft.Add(new CoinLaneEvent.CoinsReturned(entry.Sequence));
        return draft.State.Entries[entry.Sequence];
    }

    /// <summary>Whether a leg ended for a coin that can never be: then its parents, whatever becomes of them, open it no more.</summary>
    private static bool IsLostTo(CoinLeg entry, Inclusion by) => entry.Lost?.ByOutput.Values.Any(one => one.TxHash == by.TxHash && one.Block == by.Block) == true;

    /// <summary>The coin that a leg ended for; null for most.</summary>
    private static SpentOutput? LostTo(CoinLeg entry) =>
        entry.Lost is { } lost ? entry.Inputs.Where(input => lost.Has(input.Output)).Select(static input => (SpentOutput?)input.Output).FirstOrDefault() : null;

    private static bool Spends(CoinVersion version, SpentOutput output) => version.Spend.Inputs.Any(input => input.Output == output);

    /// <summary>What the final version of a leg has spent; nothing while there is none.</summary>
    private static ImmutableArray<CoinInput> SpentBy(CoinLeg entry) =>
        entry.Stage is CoinStage.Final { Inclusion.TxHash: var hash, Body: var body } ? body.Find(hash)!.Spend.Inputs : [];

    /// <summary>The leg that an output was signed for and that is over: it is that leg's at the signer for good.</summary>
    private static LegRef? BoundTo(CoinLaneState state, SpentOutput output) => state.Coins.GetValueOrDefault(CoinLaneState.KeyOf(output))?.Bound
        ?? state.Entries.Values.FirstOrDefault(entry => entry.IsFinished && entry.Inputs.Any(input => input.Output == output))?.Intent.Leg;
}
