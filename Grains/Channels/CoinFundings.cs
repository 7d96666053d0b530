using TPWallet.Chains.Bitcoin;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;

namespace TPWallet.Grains.Channels;

/// <summary>The output that funds a channel, as soon as both parties are known.</summary>
public static class CoinFundings
{
    /// <summary>The output; null where a party is not known yet.</summary>
    public static BitcoinOutput? OutputOf(CoinChannelView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        if (view is not { Ours: { } ours, Theirs: { } theirs }) return null;
        var (opener, accepter) = view.Ref.Us == CoinSide.Opener ? (ours, theirs) : (theirs, ours);
        return CoinTransactions.ChannelOf(new(view.Opening.Terms, view.Funding ?? default, opener, accepter)).FundingOutput;
    }

    /// <summary>With the address of that output.</summary>
    internal static CoinChannelView? Addressed(CoinChannelView? view) =>
        view is not null && OutputOf(view) is { } output && BitcoinChain.Find(view.Opening.Parties.Chain) is { } chain
            ? view with { FundingAddress = BitcoinAddress.Format(output.ScriptPubKey, chain.Network) }
            : view;
}
