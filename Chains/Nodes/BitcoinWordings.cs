using TPWallet.Chains.Bitcoin;

namespace TPWallet.Chains.Nodes;

/// <summary>One beginning of an error's words, and what it means for a transaction that was sent.</summary>
public sealed record BitcoinWording(string Begins, Func<string, BitcoinHash, SendResult> Make);

/// <summary>
/// Tells Bitcoin Core's errors apart: by its codes (rpc/protocol.h) where they are of one meaning, else by the beginning of the words, as all that the pool and
/// the consensus rules refuse share −25 and −26 (validation.cpp, policy/rbf.cpp).
/// </summary>
public static class BitcoinWordings
{
    /// <summary>RPC_INVALID_ADDRESS_OR_KEY: also for blocks and transactions that are unknown.</summary>
    private const int Unknown = -5;

    /// <summary>RPC_INVALID_PARAMETER.</summary>
    private const int BadParameter = -8;

    /// <summary>RPC_VERIFY_ALREADY_IN_UTXO_SET: mined, and not all of it spent again.</summary>
    private const int AlreadyMined = -27;

    /// <summary>RPC_IN_WARMUP: it serves nothing yet, so nothing is said about what was asked.</summary>
    private const int WarmingUp = -28;

    private static readonly Func<string, BitcoinHash, SendResult> InPool = static (_, txid) => new SendResult.AlreadyKnown(txid.Shown);
    private static readonly Func<string, BitcoinHash, SendResult> Spent = static (words, _) => new SendResult.MaybeMined(words);
    private static readonly Func<string, BitcoinHash, SendResult> Fee = static (words, _) => new SendResult.Underpriced(words, Replacement: false);
    private static readonly Func<string, BitcoinHash, SendResult> Replacement = static (words, _) => new SendResult.Underpriced(words, Replacement: true);
    private static readonly Func<string, BitcoinHash, SendResult> Rival = static (words, _) => new SendResult.Conflict(words);

    /// <summary>All rows; the first that matches wins. What matches none is a plain refusal.</summary>
    public static ImmutableArray<BitcoinWording> Rows { get; } =
    [
        new("txn-already-in-mempool", InPool),
        new("txn-same-nonwitness-data-in-mempool", InPool),
        new("txn-already-known", Spent),
        new("Transaction already in block chain", Spent),
        new("Transaction outputs already in utxo set", Spent),
        // Its inputs are spent, perhaps by itself in a block, or were never there: only the blocks tell.
        new("bad-txns-inputs-missingorspent", Spent),
        new("missing-inputs", Spent),
        new("missing-ephemeral-spends", Fee),
        new("min relay fee not met", Fee),
        new("mempool min fee not met", Fee),
        new("mempool full", Fee),
        new("insufficient fee", Replacement),
        new("insufficient feerate", Replacement),
        new("replacement-failed", Replacement),
        new("txn-mempool-conflict", Rival),
        new("bip125-replacement-disallowed", Rival),
        new("too many potential replacements", Rival),
        new("bad-txns-spends-conflicting-tx", Rival),
        new("replacement-adds-unconfirmed", Rival),
    ];

    /// <summary>Whether a block or transaction that was asked for is simply not there.</summary>
    public static bool IsUnknown(NodeError.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return refused.NodeCode == Unknown && (Begins(refused.Message, "Block not found") || Begins(refused.Message, "No such") || Begins(refused.Message, "Transaction not in mempool"));
    }

    /// <summary>Whether the chain is shorter than the height that was asked for.</summary>
    public static bool IsBeyondHeight(NodeError.Refused refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        return refused.NodeCode == BadParameter && Begins(refused.Message, "Block height out of range");
    }

    /// <summary>What a refusal of sendrawtransaction means.</summary>
    public static SendResult OfSend(NodeError.Refused refused, BitcoinHash txid)
    {
        ArgumentNullException.ThrowIfNull(refused);
        if (refused.NodeCode == AlreadyMined) return new SendResult.MaybeMined(refused.Message);
        if (refused.NodeCode == WarmingUp) return new SendResult.Unknown(refused);
        return Known(refused.Message, txid) ?? new SendResult.Refused(refused);
    }

    /// <summary>What the reason that a pool names means.</summary>
    public static SendResult OfReason(string reason, BitcoinHash txid) => Known(reason, txid) ?? new SendResult.Refused(new NodeError.Refused(0, reason));

    private static SendResult? Known(string words, BitcoinHash txid)
    {
        foreach (var row in Rows)
            if (Begins(words, row.Begins)) return row.Make(words, txid);
        return null;
    }

    private static bool Begins(string text, string beginning) => text.StartsWith(beginning, StringComparison.OrdinalIgnoreCase);
}
