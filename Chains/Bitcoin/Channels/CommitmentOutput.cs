namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>An output of a commitment transaction.</summary>
/// <param name="Purpose">What it is there for.</param>
/// <param name="Output">Its value and locking script.</param>
/// <param name="WitnessScript">What the locking script is the hash of; empty where it is P2WPKH (to_remote without anchors).</param>
public sealed record CommitmentOutput(OutputPurpose Purpose, BitcoinOutput Output, Script WitnessScript)
{
    internal static CommitmentOutput Of(OutputPurpose purpose, long valueSat, Script witnessScript) =>
        new(purpose, new(valueSat, OutputScript.WitnessScriptHash(witnessScript)), witnessScript);
}

/// <summary>What an output of a commitment transaction is there for. "Local" is the owner of the transaction.</summary>
public abstract record OutputPurpose
{
    private OutputPurpose()
    {
    }

    /// <summary>The owner's balance, after a delay.</summary>
    public sealed record ToLocal : OutputPurpose;

    /// <summary>The other party's balance.</summary>
    public sealed record ToRemote : OutputPurpose;

    /// <summary>What the owner pays for the transaction with.</summary>
    public sealed record LocalAnchor : OutputPurpose;

    /// <summary>What the other party pays for the transaction with.</summary>
    public sealed record RemoteAnchor : OutputPurpose;

    /// <summary>A payment under way.</summary>
    public sealed record OfHtlc(Htlc Htlc) : OutputPurpose;
}
