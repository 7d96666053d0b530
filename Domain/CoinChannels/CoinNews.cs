using System.Text.Json;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Domain.CoinChannels;

/// <summary>Whether a look at the chain shows what its side does not know yet. A channel at rest has no news for months, and so no rows.</summary>
public static class CoinNews
{
    public static bool IsNews(CoinState state, CoinSight seen)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(seen);
        if (state.Sight is not { } last || state.Looks) return true;
        return (seen.Height != last.Height && DoHeightsMatter(state, last)) || TextOf(state, seen) != TextOf(state, last);
    }

    /// <summary>While something is waited for, each block may bring it: depth, an expiry, the end of a delay, or that what was sent is gone.</summary>
    private static bool DoHeightsMatter(CoinState state, CoinSight last) =>
        state.Phase != CoinPhase.Open || last.Spent is not null || !state.Sent.IsEmpty || state.Live.Any(static book => !book.Htlcs.IsEmpty);

    /// <summary>Without heights, and depths beyond what counts as final.</summary>
    private static string TextOf(CoinState state, CoinSight sight)
    {
        var most = state.Terms!.Depth;
        var spent = sight.Spent is { } found
            ? found with
            {
                Depth = Math.Min(found.Depth, most),
                Outputs = [.. found.Outputs.Select(output => output with { Taken = output.Taken is { } taken ? taken with { Depth = Math.Min(taken.Depth, most) } : null })],
            }
            : null;
        return JsonSerializer.Serialize(new CoinSight(0, Math.Min(sight.FundingDepth, most), spent), CoinJson.Default.CoinSight);
    }
}
