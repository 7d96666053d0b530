namespace TPWallet.Chains.Ethereum.Channels;

/// <summary>A word of the contract's code that its constructor wrote (an immutable of Solidity).</summary>
public enum ChannelCodeWord
{
    FeeMargin,
    ForcedInclusion,
    ReorgDepth,

    /// <summary>Δ.</summary>
    Window,

    /// <summary>EIP-155 id.</summary>
    ChainId,

    /// <summary>Of EIP-712.</summary>
    DomainSeparator,

    /// <summary>The contract's own address.</summary>
    This,
    HashedName,
    HashedVersion,
    Name,
    Version,
}
