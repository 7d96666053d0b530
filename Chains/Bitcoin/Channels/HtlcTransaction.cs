using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>
/// The second step of an HTLC on its owner's own commitment transaction (BOLT-3): HTLC-success for one that was received, HTLC-timeout for one that was offered. The
/// other party signs it together with the commitment; its output is the owner's after a delay, or the other party's if the state was revoked.
/// </summary>
/// <param name="Commitment">Whose output it spends.</param>
/// <param name="Index">Which output.</param>
/// <param name="Htlc">The payment.</param>
/// <param name="Unsigned">The transaction without witnesses; its first input and output are the HTLC's.</param>
public sealed record HtlcTransaction(CommitmentTransaction Commitment, int Index, Htlc Htlc, BitcoinTransaction Unsigned)
{
    private const int Version = 2;

    /// <summary>The witness script of its output.</summary>
    public Script OutputWitnessScript =>
        ChannelScripts.ToLocal(Commitment.Keys.RevocationPubkey, Commitment.ToSelfDelay, Commitment.Keys.LocalDelayedPubkey);

    private CommitmentOutput Spent => Commitment.Outputs[Index];

    private SighashType RemoteSighash => Commitment.Channel.Type.RemoteHtlcSighash();

    /// <summary>Of each HTLC that has an output, in the outputs' order.</summary>
    public static Items<HtlcTransaction> AllOf(CommitmentTransaction commitment)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        return [.. commitment.HtlcOutputs.Select(index => At(commitment, index))];
    }

    /// <summary>Of one HTLC of the state. Codes: channel.htlc-unknown; channel.htlc-trimmed, where it is too small to have an output.</summary>
    public static Decoded<HtlcTransaction> Create(CommitmentTransaction commitment, Htlc htlc)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(htlc);
        if (!commitment.State.Htlcs.Contains(htlc))
            return new DecodeRefusal("channel.htlc-unknown", "an HTLC of this state", $"{htlc.Direction} {htlc.Id}");
        foreach (var index in commitment.HtlcOutputs)
            if (commitment.Outputs[index].Purpose == new OutputPurpose.OfHtlc(htlc)) return At(commitment, index);
        return new DecodeRefusal("channel.htlc-trimmed", "an HTLC above dust", $"{htlc.AmountMsat} millisatoshis");
    }

    /// <summary>
    /// With more inputs and outputs behind its own, for the fee; the other party's signature still holds. Code: channel.type, without anchors.
    /// </summary>
    public Decoded<HtlcTransaction> With(Items<BitcoinInput> inputs, Items<BitcoinOutput> outputs) => Commitment.Channel.Type.HasAnchors()
        ? this with { Unsigned = Unsigned with { Inputs = [.. Unsigned.Inputs, .. inputs], Outputs = [.. Unsigned.Outputs, .. outputs] } }
        : new DecodeRefusal("channel.type", "a type with anchors", $"{Commitment.Channel.Type}");

    /// <summary>The owner's signature over all of the transaction, r ‖ s.</summary>
    public HexBytes Sign(PrivateKey localHtlcKey) => Sign(localHtlcKey, SighashType.All);

    /// <summary>The other party's signature for the owner, r ‖ s (htlc_signature of commitment_signed).</summary>
    public HexBytes SignForOwner(PrivateKey remoteHtlcKey) => Sign(remoteHtlcKey, RemoteSighash);

    /// <summary>Whether the other party signed it.</summary>
    public bool IsSignedByRemote(HexBytes signature) => Secp256k1.Verify(Commitment.Keys.RemoteHtlcPubkey.Span, Digest(RemoteSighash), signature.Span);

    /// <summary>HTLC-success, whole but for inputs that were added. Codes: channel.htlc-direction, channel.preimage, channel.signature.</summary>
    public Decoded<BitcoinTransaction> Success(HexBytes remoteSignature, HexBytes localSignature, Bytes32 preimage)
    {
        if (Htlc.Direction != HtlcDirection.Received) return new DecodeRefusal("channel.htlc-direction", "a received HTLC", "an offered one");
        return Htlc.IsPaidBy(preimage)
            ? Complete(remoteSignature, localSignature, preimage.ToArray())
            : new DecodeRefusal("channel.preimage", "the preimage of the payment hash", "another");
    }

    /// <summary>HTLC-timeout, whole but for inputs that were added. Codes: channel.htlc-direction, channel.signature.</summary>
    public Decoded<BitcoinTransaction> Timeout(HexBytes remoteSignature, HexBytes localSignature) => Htlc.Direction == HtlcDirection.Offered
        ? Complete(remoteSignature, localSignature, HexBytes.Empty)
        : new DecodeRefusal("channel.htlc-direction", "an offered HTLC", "a received one");

    private static HtlcTransaction At(CommitmentTransaction commitment, int index)
    {
        var (type, htlc) = (commitment.Channel.Type, ((OutputPurpose.OfHtlc)commitment.Outputs[index].Purpose).Htlc);
        var input = new BitcoinInput(new(commitment.Unsigned.Txid(), (uint)index), type.HasAnchors() ? 1u : 0);
        var value = htlc.AmountSat - type.HtlcFeeSat(commitment.State.FeeratePerKw, htlc.Direction);
        var script = ChannelScripts.ToLocal(commitment.Keys.RevocationPubkey, commitment.ToSelfDelay, commitment.Keys.LocalDelayedPubkey);
        var output = new BitcoinOutput(value, OutputScript.WitnessScriptHash(script));
        return new(commitment, index, htlc, new(Version, [input], [output], htlc.Direction == HtlcDirection.Offered ? htlc.CltvExpiry : 0));
    }

    private HexBytes Sign(PrivateKey key, SighashType type)
    {
        var signature = new byte[Secp256k1.SignatureLength];
        Secp256k1.Sign(key, Digest(type), signature);
        return signature;
    }

    /// <summary>Signatures of version 0 cover no other input's output, so what is not known of added inputs does not matter.</summary>
    private byte[] Digest(SighashType type)
    {
        var unknown = new BitcoinOutput(0, default);
        var context = new SighashContext(Unsigned, [.. Unsigned.Inputs.Select((_, input) => input == 0 ? Spent.Output : unknown)]);
        return context.WitnessV0(0, Spent.WitnessScript, type);
    }

    private Decoded<BitcoinTransaction> Complete(HexBytes remoteSignature, HexBytes localSignature, HexBytes unlocking)
    {
        if (!IsSignedByRemote(remoteSignature)) return new DecodeRefusal("channel.signature", "a signature of the other party", "another");
        if (!Secp256k1.Verify(Commitment.Keys.LocalHtlcPubkey.Span, Digest(SighashType.All), localSignature.Span))
            return new DecodeRefusal("channel.signature", "a signature of the owner", "another");
        var (remote, local) = (EcdsaSignature.Encode(remoteSignature.Span, RemoteSighash), EcdsaSignature.Encode(localSignature.Span, SighashType.All));
        return Unsigned.WithInput(0, Unsigned.Inputs[0] with { Witness = [HexBytes.Empty, remote, local, unlocking, Spent.WitnessScript.Bytes] });
    }
}
