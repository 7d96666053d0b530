namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// What every node checks of a transaction by itself (Bitcoin Core's CheckTransaction) and of its size (standard relay policy). Codes: tx.no-inputs,
/// tx.no-outputs, tx.value, tx.total-value, tx.duplicate-input, tx.coinbase-script, tx.null-input, tx.weight, tx.too-small.
/// </summary>
public static class BitcoinTransactionRules
{
    /// <summary>Most weight units of a transaction that nodes relay.</summary>
    public const int MaxStandardWeight = 400_000;

    /// <summary>Least bytes without witnesses that nodes relay; 64 bytes would look like an inner node of the Merkle tree (CVE-2017-12842).</summary>
    public const int LeastStrippedSize = 65;

    private const int LeastCoinbaseScript = 2;
    private const int MostCoinbaseScript = 100;

    /// <summary>The first rule that it breaks, or null.</summary>
    public static DecodeRefusal? Check(BitcoinTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (transaction.Inputs.Count == 0) return new("tx.no-inputs", "at least one input", "none");
        if (transaction.Outputs.Count == 0) return new("tx.no-outputs", "at least one output", "none");
        if (CheckOutputs(transaction) is { } output) return output;
        if (CheckInputs(transaction) is { } input) return input;
        var weight = transaction.Weight();
        if (weight > MaxStandardWeight) return new("tx.weight", $"at most {MaxStandardWeight} weight units", $"{weight}");
        var size = transaction.EncodeStripped().Length;
        return size < LeastStrippedSize ? new("tx.too-small", $"at least {LeastStrippedSize} bytes", $"{size}") : null;
    }

    private static DecodeRefusal? CheckOutputs(BitcoinTransaction transaction)
    {
        long total = 0;
        foreach (var output in transaction.Outputs)
        {
            if (output.ValueSat is < 0 or > BitcoinOutput.MaxMoneySat)
                return new("tx.value", $"0 to {BitcoinOutput.MaxMoneySat} satoshis", $"{output.ValueSat}");
            total += output.ValueSat;
            if (total > BitcoinOutput.MaxMoneySat) return new("tx.total-value", $"at most {BitcoinOutput.MaxMoneySat} satoshis", $"{total}");
        }

        return null;
    }

    /// <summary>The same outpoint twice would create money (CVE-2018-17144).</summary>
    private static DecodeRefusal? CheckInputs(BitcoinTransaction transaction)
    {
        if (transaction.IsCoinbase)
        {
            var length = transaction.Inputs[0].ScriptSig.Length;
            return length is >= LeastCoinbaseScript and <= MostCoinbaseScript
                ? null
                : new("tx.coinbase-script", $"{LeastCoinbaseScript} to {MostCoinbaseScript} bytes", $"{length}");
        }

        var spent = new HashSet<OutPoint>();
        foreach (var input in transaction.Inputs)
        {
            if (input.Previous == OutPoint.Null) return new("tx.null-input", "an output that is spent", "none");
            if (!spent.Add(input.Previous)) return new("tx.duplicate-input", "each output once", $"{input.Previous} twice");
        }

        return null;
    }
}
