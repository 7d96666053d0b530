using TPWallet.Crypto;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>
/// A transaction in which one party takes outputs of commitment and HTLC transactions to a script of its own: after delays, after expiry, or as the penalty for a
/// revoked state (BOLT-5). One signature for each output, each under the key that its <see cref="ChannelSpend"/> names.
/// </summary>
/// <param name="Spends">What is taken, in the order of the inputs.</param>
/// <param name="Unsigned">The transaction without witnesses.</param>
/// <param name="FeeSat">What it pays at most: signatures may be a byte shorter.</param>
public sealed record ChannelSweep(Items<ChannelSpend> Spends, BitcoinTransaction Unsigned, long FeeSat)
{
    /// <summary>Most outputs of one sweep: every HTLC of both parties, to_local and to_remote.</summary>
    public const int MaxSpends = (2 * CommitmentState.MaxHtlcsPerParty) + 2;

    private const int Version = 2;

    /// <summary>
    /// Makes it. Codes: sweep.count; sweep.twice; sweep.feerate; sweep.not-worth, where what is left after the fee is dust: never pay more than is at stake.
    /// </summary>
    public static Decoded<ChannelSweep> Create(Items<ChannelSpend> spends, Script to, FeeRate feeRate)
    {
        if (spends.Count is < 1 or > MaxSpends) return new DecodeRefusal("sweep.count", $"1 to {MaxSpends} outputs", $"{spends.Count}");
        if (spends.Select(static spend => spend.At).Distinct().Count() != spends.Count)
            return new DecodeRefusal("sweep.twice", "each output once", "one twice");
        if (feeRate.SatPerKvb is < 0 or > BitcoinOutput.MaxMoneySat / MaxSpends)
            return new DecodeRefusal("sweep.feerate", $"0 to {BitcoinOutput.MaxMoneySat / MaxSpends} sat/kvB", $"{feeRate}");
        var fee = feeRate.FeeOfWeightSat(TransactionSize.Weight([.. spends.Select(static spend => spend.Size)], [to]));
        var (value, dust) = (spends.Sum(static spend => spend.Output.ValueSat), TransactionSize.DustSat(to));
        if (value - fee < Math.Max(dust, 1))
            return new DecodeRefusal("sweep.not-worth", $"more than {fee} for the fee and {dust} of dust", $"{value} satoshis");
        Items<BitcoinInput> inputs = [.. spends.Select(static spend => new BitcoinInput(spend.At, spend.Sequence))];
        return new ChannelSweep(spends, new(Version, inputs, [new(value - fee, to)], spends.Max(static spend => spend.LockTime)), fee);
    }

    /// <summary>What can be sent. The key of each output in the inputs' order; the same may stand more than once. Codes: sweep.count, sweep.key.</summary>
    public Decoded<BitcoinTransaction> Sign(IReadOnlyList<PrivateKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count != Spends.Count) return new DecodeRefusal("sweep.count", $"{Spends.Count} keys", $"{keys.Count}");
        var context = new SighashContext(Unsigned, [.. Spends.Select(static spend => spend.Output)]);
        var signed = Unsigned;
        for (var index = 0; index < keys.Count; index++)
        {
            if (!Spends[index].Witness(context, index, keys[index]).TryGet(out var witness, out var refusal)) return refusal;
            signed = signed.WithInput(index, signed.Inputs[index] with { Witness = witness });
        }

        return signed;
    }
}
