using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What a look at the chain shows. Penalties and claims follow from the sight itself; phases only from what is final in it.</summary>
public sealed partial class CoinChannelDecider
{
    private static Rejection? Look(CoinDraft draft)
    {
        if (draft.State is { Looks: false, IsOnChain: true }) draft.Add(new CoinEvent.LookWanted());
        return null;
    }

    private static Rejection? RecordSight(CoinDraft draft, CoinSight sight)
    {
        var state = draft.State;
        if (state.Facts is null || state.Phase is CoinPhase.Closed or CoinPhase.Opening) return null;
        draft.Add(new CoinEvent.Seen(sight));
        if (state is { Phase: CoinPhase.Funding, WeReady: false } && sight.FundingDepth >= state.Terms!.Depth) draft.Add(new CoinEvent.ReadySaid());
        if (IsForgotten(draft.State, sight)) draft.Add(new CoinEvent.FundingForgotten());
        KeepShown(draft, sight);
        // Of a commitment that nobody here knows, the newest state is not here either.
        if (sight.Spent is { Kind: CoinSpendKind.Unknown } && draft.State.Phase is CoinPhase.Funding or CoinPhase.Open or CoinPhase.Closing)
            draft.Add(new CoinEvent.LossFound(new(RejectionCode.StaleVersion, "a commitment that is known here", $"commitment {sight.Spent.Number}")));
        else if (sight.Spent is null && DeadlineOf(draft.State, sight.Height) is { } late) Leave(draft, late);
        if (sight.Spent?.Depth >= state.Terms!.Depth && draft.State.Phase is CoinPhase.Funding or CoinPhase.Open or CoinPhase.Closing) draft.Add(new CoinEvent.SpendFinal());
        if (draft.State.Phase is CoinPhase.Settling or CoinPhase.LostState && IsOver(draft.State, sight)) draft.Add(new CoinEvent.Closed());
        return null;
    }

    /// <summary>The opener never forgets: as long as its transaction is about, the money may still come to lie in the channel.</summary>
    private static bool IsForgotten(CoinState state, CoinSight sight) =>
        state is { Us: CoinSide.Accepter, Phase: CoinPhase.Funding, FirstHeight: { } first } && sight is { FundingDepth: 0, Spent: null } && sight.Height >= first + CoinLimits.FundingBlocks;

    /// <summary>Preimages that the peer showed on chain: they pay whoever offered the same elsewhere.</summary>
    private static void KeepShown(CoinDraft draft, CoinSight sight)
    {
        foreach (var output in sight.Spent?.Outputs ?? [])
            if (output is { Htlc: { } htlc, Taken.Preimage: { } preimage } && !draft.State.Preimages.ContainsKey(htlc.PaymentHash) && CoinRules.Opens(preimage, htlc.PaymentHash))
                draft.Add(new CoinEvent.PreimageKept(preimage));
    }

    /// <summary>Why this side has to leave now, or null: an HTLC that the peer does not resolve has to be resolved on chain while there is time.</summary>
    private static Rejection? DeadlineOf(CoinState state, uint height)
    {
        if (state.Phase is not (CoinPhase.Open or CoinPhase.Closing)) return null;
        foreach (var htlc in state.Live.SelectMany(static book => book.Htlcs))
        {
            var (isOurs, guard) = (htlc.Offerer == state.Us, state.Terms!.GuardBlocks);
            if (isOurs ? height >= htlc.Expiry + guard : height + guard >= htlc.Expiry && PreimageOf(state, htlc) is not null)
                return new(RejectionCode.DeadlinePassed, $"an HTLC that is resolved in time, before {htlc.Expiry}", $"block {height}");
        }

        return null;
    }
}
