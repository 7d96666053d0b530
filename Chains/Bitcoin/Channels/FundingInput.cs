using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>The input of commitment and closing transactions: both parties sign for the funding output. Signatures are r ‖ s, as peers send them (BOLT-2).</summary>
internal static class FundingInput
{
    public static HexBytes Sign(BitcoinChannel channel, BitcoinTransaction unsigned, PrivateKey fundingKey)
    {
        var signature = new byte[Secp256k1.SignatureLength];
        Secp256k1.Sign(fundingKey, Digest(channel, unsigned), signature);
        return signature;
    }

    public static bool IsSignedBy(BitcoinChannel channel, BitcoinTransaction unsigned, ChannelRole role, HexBytes signature) =>
        Secp256k1.Verify(channel.Of(role).Basepoints.FundingPubkey.Span, Digest(channel, unsigned), signature.Span);

    /// <summary>The whole transaction. Code: channel.signature.</summary>
    public static Decoded<BitcoinTransaction> Complete(
        BitcoinChannel channel, BitcoinTransaction unsigned, HexBytes openerSignature, HexBytes accepterSignature)
    {
        if (!IsSignedBy(channel, unsigned, ChannelRole.Opener, openerSignature)) return NotSigned(ChannelRole.Opener);
        if (!IsSignedBy(channel, unsigned, ChannelRole.Accepter, accepterSignature)) return NotSigned(ChannelRole.Accepter);
        var (one, other) = (EcdsaSignature.Encode(openerSignature.Span, SighashType.All), EcdsaSignature.Encode(accepterSignature.Span, SighashType.All));
        var openerFirst = channel.Opener.Basepoints.FundingPubkey.Span.SequenceCompareTo(channel.Accepter.Basepoints.FundingPubkey.Span) <= 0;
        Items<HexBytes> witness = [HexBytes.Empty, openerFirst ? one : other, openerFirst ? other : one, channel.FundingScript.Bytes];
        return unsigned.WithInput(0, unsigned.Inputs[0] with { Witness = witness });
    }

    private static byte[] Digest(BitcoinChannel channel, BitcoinTransaction unsigned) =>
        new SighashContext(unsigned, [channel.FundingOutput]).WitnessV0(0, channel.FundingScript, SighashType.All);

    private static DecodeRefusal NotSigned(ChannelRole role) =>
        new("channel.signature", $"a signature of the {role.ToString().ToLowerInvariant()}", "another");
}
