using TPWallet.Grains.Interfaces.Chains;

namespace TPWallet.Grains.Chains;

/// <summary>Counts polls that came to nothing, so that an operator hears of it once, and again only after it had ended.</summary>
internal sealed class Silence(ChainProfile profile)
{
    private const int LongestMs = 120_000;
    private const int MinPolls = 30;

    private int _polls;

    private int Most => Math.Max(MinPolls, (int)(LongestMs / Math.Max(1, profile.PollEvery.Ms)));

    /// <summary>Takes a poll in. How many in a row came to nothing, when that has just become too many.</summary>
    public int? Takes(bool gaveSomething)
    {
        _polls = gaveSomething ? 0 : _polls + 1;
        return _polls == Most ? _polls : null;
    }
}
