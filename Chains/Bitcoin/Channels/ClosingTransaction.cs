using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>How both parties leave a channel together.</summary>
/// <param name="OpenerMsat">The opener's balance before the fee.</param>
/// <param name="AccepterMsat">The accepter's balance.</param>
/// <param name="OpenerScript">Where the opener's goes (BOLT-2, shutdown).</param>
/// <param name="AccepterScript">Where the accepter's goes.</param>
/// <param name="FeeSat">What the opener pays (closing_signed).</param>
/// <param name="DustLimitSat">Of the party that signs: outputs below are not made.</param>
public sealed record ClosingTerms(long OpenerMsat, long AccepterMsat, Script OpenerScript, Script AccepterScript, long FeeSat, long DustLimitSat);

/// <summary>The transaction that ends a channel by agreement, without delays and keys of its own (BOLT-3, legacy closing transaction).</summary>
public sealed record ClosingTransaction(BitcoinChannel Channel, BitcoinTransaction Unsigned)
{
    private const int Version = 2;

    /// <summary>
    /// Makes it. Codes: those of <see cref="BitcoinChannel.Check"/>; channel.amounts, also where HTLCs are left; channel.fee, above what the opener has;
    /// channel.no-output.
    /// </summary>
    public static Decoded<ClosingTransaction> Create(BitcoinChannel channel, ClosingTerms terms)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(terms);
        if (channel.Check() is { } unfit) return unfit;
        var funded = (Int128)channel.FundingSat * CommitmentState.MsatPerSat;
        var sum = (Int128)terms.OpenerMsat + terms.AccepterMsat;
        if (terms.OpenerMsat < 0 || terms.AccepterMsat < 0 || sum != funded)
            return new DecodeRefusal("channel.amounts", $"{funded} millisatoshis together", $"{sum}");
        var (opener, accepter) = (terms.OpenerMsat / CommitmentState.MsatPerSat, terms.AccepterMsat / CommitmentState.MsatPerSat);
        if (terms.FeeSat < 0 || terms.FeeSat > opener) return new DecodeRefusal("channel.fee", $"0 to {opener} satoshis", $"{terms.FeeSat}");
        BitcoinOutput[] all = [new(opener - terms.FeeSat, terms.OpenerScript), new(accepter, terms.AccepterScript)];
        var order = Comparer<BitcoinOutput>.Create(OutputOrder.Compare);
        Items<BitcoinOutput> outputs = [.. all.Where(output => output.ValueSat >= terms.DustLimitSat).Order(order)];
        if (outputs.Count == 0) return new DecodeRefusal("channel.no-output", "an output above dust", "none");
        return new ClosingTransaction(channel, new(Version, [new(channel.Funding)], outputs, 0));
    }

    /// <summary>A party's signature, r ‖ s.</summary>
    public HexBytes Sign(PrivateKey fundingKey) => FundingInput.Sign(Channel, Unsigned, fundingKey);

    public bool IsSignedBy(ChannelRole role, HexBytes signature) => FundingInput.IsSignedBy(Channel, Unsigned, role, signature);

    /// <summary>What can be sent. Code: channel.signature.</summary>
    public Decoded<BitcoinTransaction> Complete(HexBytes openerSignature, HexBytes accepterSignature) =>
        FundingInput.Complete(Channel, Unsigned, openerSignature, accepterSignature);
}
