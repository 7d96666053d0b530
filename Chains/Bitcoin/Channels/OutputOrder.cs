namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>The order of outputs on which both parties agree: the smallest value first, then by the scripts' bytes, the shorter first (BOLT-3, BIP-69).</summary>
internal static class OutputOrder
{
    public static int Compare(BitcoinOutput one, BitcoinOutput other) =>
        one.ValueSat.CompareTo(other.ValueSat) is not 0 and var order ? order : one.ScriptPubKey.Span.SequenceCompareTo(other.ScriptPubKey.Span);
}
