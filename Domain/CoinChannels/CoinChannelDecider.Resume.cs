using System.Globalization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Domain.CoinChannels;

/// <summary>What is owed as the shell runs it, and the commands that its results are.</summary>
public sealed partial class CoinChannelDecider
{
    /// <inheritdoc/>
    public static ImmutableSortedDictionary<string, Effect> Owed(CoinState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Opening is { } opening
            ? Wanted(state).ToImmutableSortedDictionary(static wanted => wanted.Key, wanted => (Effect)new Effect.OfCoinChannel(opening, state.Ref, wanted.Value), StringComparer.Ordinal)
            : ImmutableSortedDictionary.Create<string, Effect>(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public static CoinCommand? Resume(CoinState state, string intent, EffectResult result)
    {
        ArgumentNullException.ThrowIfNull(intent);
        // What is not wanted any more is told all the same: it is judged by the state.
        var id = EffectId.ResultOf(Kind, state.Ref.ToString(), string.Create(CultureInfo.InvariantCulture, $"{intent}#{state.Count}"));
        var kind = intent.Split('|')[0];
        return (kind, result) switch
        {
            (_, EffectResult.OfCoinChannel { Result: CoinResult.KeysMade made }) => new CoinCommand.RecordKeys(id, made.Basepoints, made.Point, made.NextPoint),
            (_, EffectResult.OfCoinChannel { Result: CoinResult.Signed signed }) => new CoinCommand.RecordSigned(id, NumberOf(intent), signed.Signatures),
            (_, EffectResult.OfCoinChannel { Result: CoinResult.Taken taken }) => new CoinCommand.RecordTaken(id, NumberOf(intent), taken.Revocation),
            (_, EffectResult.OfCoinChannel { Result: CoinResult.EndSigned ended }) => new CoinCommand.RecordEnd(id, ended.Signature),
            (_, EffectResult.OfCoinChannel { Result: CoinResult.Sent sent }) => new CoinCommand.RecordSent(id, intent, sent.IsWorthIt),
            (_, EffectResult.OfCoinChannel { Result: CoinResult.Seen seen }) => new CoinCommand.RecordSight(id, seen.Sight),
            (Send, EffectResult.Replied { Reply: CommandReply.Accepted }) => new CoinCommand.RecordHeard(id, NumberOf(intent)),
            (Answer or AskName, EffectResult.Replied { Reply: CommandReply.Accepted }) => new CoinCommand.RecordSent(id, intent, true),
            (Keys or Sign or Take or EndName or SendOwn or SendEnd, EffectResult.Failed failed) when Answers.IsDefinite(failed.Rejection) =>
                new CoinCommand.RecordRefused(id, intent, failed.Rejection),
            _ => null,
        };
    }

    /// <summary>What the account sees; null: there is nothing.</summary>
    public static CoinChannelView? View(CoinState state, long version)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Opening is { } opening
            ? new(
                state.Ref, state.Phase, opening, state.Book, state.LeastMsat, state.Wishes.Length + WishesOf(state.Round).Length, state.Trouble, state.Funding, state.Sight, version)
            {
                Theirs = state.Theirs,
                Ours = state.Ours,
            }
            : null;
    }

    /// <summary>What came of an update that was accepted; those that are neither waiting nor refused are done. An HTLC that is done has still to pay, or to come back.</summary>
    public static UpdateStanding Standing(CoinState state, Guid wish)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Refused.LastOrDefault(refused => refused.Id == wish) is { } refused) return new UpdateStanding.Refused(refused.Reason);
        if (state.Wishes.Concat(WishesOf(state.Round)).Any(waiting => waiting.Id == wish)) return new UpdateStanding.Waiting();
        if (state.Offers.FirstOrDefault(offer => offer.Value == wish) is not { Key: > 0 and var id }) return new UpdateStanding.Done();
        if (state.Proofs.TryGetValue(id, out var preimage)) return new UpdateStanding.Paid(preimage);
        return state.Live.Any(book => book.Find(state.Us, id) is not null) ? new UpdateStanding.Done() : new UpdateStanding.Failed(null);
    }

    private static ImmutableArray<CoinWish> WishesOf(CoinRound? round) => round switch
    {
        CoinRound.Signing signing => signing.Wishes,
        CoinRound.Said said => said.Wishes,
        CoinRound.Taking taking => taking.Wishes,
        _ => [],
    };

    private static long NumberOf(string intent) => long.Parse(intent.AsSpan(intent.IndexOf('|', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
