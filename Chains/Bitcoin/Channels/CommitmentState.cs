namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>Who owns what in one state of a channel, as the owner of the commitment transaction sees it.</summary>
/// <param name="Number">Counts up from zero; each party counts its own commitments.</param>
/// <param name="FeeratePerKw">Satoshis per 1000 weight units, 32 bits (BOLT-2, update_fee).</param>
/// <param name="ToLocalMsat">The owner's balance before fees and anchors are taken from it.</param>
/// <param name="ToRemoteMsat">The other party's balance, likewise.</param>
/// <param name="Htlcs">Payments under way; what they hold is in neither balance.</param>
public sealed record CommitmentState(ulong Number, long FeeratePerKw, long ToLocalMsat, long ToRemoteMsat, Items<Htlc> Htlcs)
{
    public const int MsatPerSat = 1000;

    /// <summary>Most HTLCs of one party, so that a penalty for all of them fits into one transaction (BOLT-2, max_accepted_htlcs).</summary>
    public const int MaxHtlcsPerParty = 483;

    /// <summary>The same as the other party's commitment transaction has it, under that party's own number.</summary>
    public CommitmentState Mirrored(ulong number) =>
        new(number, FeeratePerKw, ToRemoteMsat, ToLocalMsat, new([.. Htlcs.Select(static htlc => htlc.Mirrored())]));

    /// <summary>
    /// Why no transaction is made of this, or null. Codes: channel.commitment-number, channel.feerate, channel.htlc-count, channel.htlc-id, channel.htlc-amount,
    /// channel.htlc-expiry, channel.amounts.
    /// </summary>
    public DecodeRefusal? Check(BitcoinChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (Number > CommitmentNumber.Max) return new("channel.commitment-number", $"at most {CommitmentNumber.Max}", $"{Number}");
        if (FeeratePerKw is < 0 or > uint.MaxValue)
            return new("channel.feerate", $"0 to {uint.MaxValue} satoshis per 1000 weight units", $"{FeeratePerKw}");
        if (CheckHtlcs() is { } refusal) return refusal;
        if (ToLocalMsat < 0 || ToRemoteMsat < 0) return new("channel.amounts", "balances that are not negative", $"{ToLocalMsat} and {ToRemoteMsat}");
        var sum = Htlcs.Aggregate((Int128)ToLocalMsat + ToRemoteMsat, static (sum, htlc) => sum + htlc.AmountMsat);
        var funded = (Int128)channel.FundingSat * MsatPerSat;
        return sum == funded ? null : new("channel.amounts", $"{funded} millisatoshis together", $"{sum}");
    }

    private DecodeRefusal? CheckHtlcs()
    {
        var seen = new HashSet<(HtlcDirection, ulong)>();
        foreach (var htlc in Htlcs)
        {
            if (!seen.Add((htlc.Direction, htlc.Id))) return new("channel.htlc-id", "one HTLC of an id", $"{htlc.Id} twice");
            if (htlc.AmountMsat < 1) return new("channel.htlc-amount", "more than zero", $"{htlc.AmountMsat}");
            if (htlc.CltvExpiry is < 1 or >= BitcoinTransaction.LockTimeThreshold)
                return new("channel.htlc-expiry", $"a height below {BitcoinTransaction.LockTimeThreshold}", $"{htlc.CltvExpiry}");
        }

        var most = Htlcs.GroupBy(static htlc => htlc.Direction).Select(static group => group.Count()).DefaultIfEmpty().Max();
        return most <= MaxHtlcsPerParty ? null : new("channel.htlc-count", $"at most {MaxHtlcsPerParty} of one party", $"{most}");
    }
}
