namespace TPWallet.Tests.Whole;

/// <summary>How a node of a test behaves.</summary>
public enum NodeMood
{
    /// <summary>Passes everything on to the real node.</summary>
    Honest,

    /// <summary>Breaks every connection.</summary>
    Dead,

    /// <summary>Takes the request and never answers.</summary>
    Hanging,

    /// <summary>Answers a page of some gateway.</summary>
    Garbage,

    /// <summary>Says that it is a node of chain 2.</summary>
    OtherChain,

    /// <summary>Says of each transaction that it failed.</summary>
    LyingReceipts,

    /// <summary>Says of each transaction that its gas cost another price.</summary>
    LyingPrices,

    /// <summary>Has new blocks of its own: each with the right hash of what it says, and without work.</summary>
    LyingBlocks,

    /// <summary>Stays on a branch of its own that has work, and less of it than the others' chain.</summary>
    LighterBranch,

    /// <summary>Leaves payments out of its blocks: every log of the receipts, or a transaction.</summary>
    Withholds,

    /// <summary>Adds a payment to an own address to its blocks: a transfer of tokens in the receipts, or a transaction.</summary>
    Invents,

    /// <summary>Knows no block after the one that was newest when it began.</summary>
    StandsStill,
}
