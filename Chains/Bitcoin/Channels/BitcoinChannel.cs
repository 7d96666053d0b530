using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>The two parties of a channel.</summary>
public enum ChannelRole
{
    /// <summary>Who asked for the channel, and pays the fees of its commitment transactions.</summary>
    Opener,

    /// <summary>The other one.</summary>
    Accepter,
}

/// <summary>The public keys that a party says once, when the channel is opened (BOLT-2); each compressed.</summary>
public sealed record ChannelBasepoints(
    HexBytes FundingPubkey, HexBytes RevocationBasepoint, HexBytes PaymentBasepoint, HexBytes DelayedPaymentBasepoint, HexBytes HtlcBasepoint)
{
    internal IEnumerable<HexBytes> All => [FundingPubkey, RevocationBasepoint, PaymentBasepoint, DelayedPaymentBasepoint, HtlcBasepoint];
}

/// <summary>A party of a channel, and what holds for the commitment transactions that it owns.</summary>
/// <param name="Basepoints">Its keys.</param>
/// <param name="DustLimitSat">Outputs below are not made.</param>
/// <param name="ToSelfDelay">Blocks that it must wait for its own money; the other party asked for it.</param>
public sealed record ChannelParty(ChannelBasepoints Basepoints, long DustLimitSat, int ToSelfDelay);

/// <summary>What never changes in a channel on Bitcoin.</summary>
/// <param name="Type">What its transactions look like.</param>
/// <param name="Funding">The output that both parties must sign for.</param>
/// <param name="FundingSat">Its value.</param>
/// <param name="Opener">Who pays the fees.</param>
/// <param name="Accepter">The other one.</param>
public sealed record BitcoinChannel(ChannelType Type, OutPoint Funding, long FundingSat, ChannelParty Opener, ChannelParty Accepter)
{
    /// <summary>The least dust limit that a party may ask for (BOLT-2): no standard output with a witness is dust from here on.</summary>
    public const long LeastDustLimitSat = 354;

    /// <summary>The 2-of-2 script of the funding output.</summary>
    public Script FundingScript => ChannelScripts.Funding(Opener.Basepoints.FundingPubkey, Accepter.Basepoints.FundingPubkey);

    /// <summary>The funding output.</summary>
    public BitcoinOutput FundingOutput => new(FundingSat, OutputScript.WitnessScriptHash(FundingScript));

    public ChannelParty Of(ChannelRole role) => role == ChannelRole.Opener ? Opener : Accepter;

    public static ChannelRole Other(ChannelRole role) => role == ChannelRole.Opener ? ChannelRole.Accepter : ChannelRole.Opener;

    /// <summary>Why no transaction is made of this, or null. Codes: channel.type, channel.funding, channel.pubkey, channel.dust-limit, channel.to-self-delay.</summary>
    public DecodeRefusal? Check()
    {
        if (!Enum.IsDefined(Type)) return new("channel.type", "a type of channel", $"{(int)Type}");
        if (FundingSat is < 1 or > BitcoinOutput.MaxMoneySat)
            return new("channel.funding", $"1 to {BitcoinOutput.MaxMoneySat} satoshis", $"{FundingSat}");
        return CheckParty(Opener) ?? CheckParty(Accepter);
    }

    private DecodeRefusal? CheckParty(ChannelParty party)
    {
        foreach (var key in party.Basepoints.All)
            if (key.Length != Secp256k1.CompressedLength || !Secp256k1.IsValidPublicKey(key.Span))
                return new("channel.pubkey", "a compressed point of the curve", $"{key}");
        if (party.DustLimitSat < LeastDustLimitSat || party.DustLimitSat > FundingSat)
            return new("channel.dust-limit", $"{LeastDustLimitSat} to {FundingSat} satoshis", $"{party.DustLimitSat}");
        return party.ToSelfDelay is < 1 or > ushort.MaxValue
            ? new("channel.to-self-delay", $"1 to {ushort.MaxValue} blocks", $"{party.ToSelfDelay}")
            : null;
    }
}
