using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>
/// A way in which one party alone takes an output of a commitment or HTLC transaction (BOLT-3, BOLT-5). The witness is a signature, what follows it, and the script.
/// </summary>
/// <param name="At">The output.</param>
/// <param name="Output">Its value and locking script.</param>
/// <param name="WitnessScript">What the locking script is the hash of; empty for P2WPKH.</param>
/// <param name="Pubkey">Whose signature it takes.</param>
/// <param name="AfterSignature">What chooses the way through the script.</param>
/// <param name="Sequence">The relative lock that the script asks for, or none.</param>
/// <param name="LockTime">The height that the script asks for, or zero.</param>
public sealed record ChannelSpend(
    OutPoint At, BitcoinOutput Output, Script WitnessScript, HexBytes Pubkey, Items<HexBytes> AfterSignature, uint Sequence, uint LockTime)
{
    private static readonly HexBytes _true = HexBytes.From([1]);

    /// <summary>What unlocking weighs at most.</summary>
    public InputSize Size
    {
        get
        {
            const int signature = 72;
            var items = AfterSignature.Sum(static item => Sized(item.Length)) + (WitnessScript.Length == 0 ? 0 : Sized(WitnessScript.Length));
            return new(0, 1 + Sized(signature) + items);
        }
    }

    /// <summary>The owner's to_local output after its delay; null if there is none.</summary>
    public static ChannelSpend? Delayed(CommitmentTransaction commitment)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        return Find<OutputPurpose.ToLocal>(commitment) is { } index
            ? Of(commitment, index, commitment.Keys.LocalDelayedPubkey, [HexBytes.Empty]) with { Sequence = (uint)commitment.ToSelfDelay }
            : null;
    }

    /// <summary>The output of the owner's HTLC transaction after its delay.</summary>
    public static ChannelSpend Delayed(HtlcTransaction second)
    {
        ArgumentNullException.ThrowIfNull(second);
        var commitment = second.Commitment;
        return new(
            new(second.Unsigned.Txid(), 0), second.Unsigned.Outputs[0], second.OutputWitnessScript, commitment.Keys.LocalDelayedPubkey, [HexBytes.Empty],
            (uint)commitment.ToSelfDelay, 0);
    }

    /// <summary>The other party's to_remote output; null if there is none.</summary>
    public static ChannelSpend? ToRemote(CommitmentTransaction commitment)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        if (Find<OutputPurpose.ToRemote>(commitment) is not { } index) return null;
        var key = commitment.Keys.RemotePubkey;
        return Of(commitment, index, key, commitment.Channel.Type.HasAnchors() ? [] : [key]);
    }

    /// <summary>A party's anchor, at once; null if there is none.</summary>
    public static ChannelSpend? Anchor(CommitmentTransaction commitment, ChannelRole role)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        var found = role == commitment.Owner ? Find<OutputPurpose.LocalAnchor>(commitment) : Find<OutputPurpose.RemoteAnchor>(commitment);
        return found is { } index
            ? Of(commitment, index, commitment.Channel.Of(role).Basepoints.FundingPubkey, []) with { Sequence = BitcoinInput.ReplaceableSequence }
            : null;
    }

    /// <summary>
    /// An HTLC that the owner offered, by the other party, who knows the preimage. Codes as <see cref="HtlcTransaction.Create"/>, channel.htlc-direction and
    /// channel.preimage.
    /// </summary>
    public static Decoded<ChannelSpend> ByPreimage(CommitmentTransaction commitment, Htlc htlc, Bytes32 preimage)
    {
        if (!OfHtlc(commitment, htlc, HtlcDirection.Offered, preimage.ToArray()).TryGet(out var spend, out var refusal)) return refusal;
        return htlc.IsPaidBy(preimage) ? spend : new DecodeRefusal("channel.preimage", "the preimage of the payment hash", "another");
    }

    /// <summary>
    /// An HTLC that the owner received, by the other party, after it expired. Codes as <see cref="HtlcTransaction.Create"/>, and channel.htlc-direction.
    /// </summary>
    public static Decoded<ChannelSpend> ByTimeout(CommitmentTransaction commitment, Htlc htlc) =>
        OfHtlc(commitment, htlc, HtlcDirection.Received, HexBytes.Empty).TryGet(out var spend, out var refusal)
            ? spend with { LockTime = htlc.CltvExpiry }
            : refusal;

    /// <summary>All that the other party takes, at once, from a state that its owner had revoked: to_local and every HTLC. The key is revocationprivkey.</summary>
    public static Items<ChannelSpend> Revoked(CommitmentTransaction commitment)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        var key = commitment.Keys.RevocationPubkey;
        return [.. Enumerable.Range(0, commitment.Outputs.Count).Select(index => commitment.Outputs[index].Purpose switch
        {
            OutputPurpose.ToLocal => Unlocked(Of(commitment, index, key, [_true])),
            OutputPurpose.OfHtlc => Unlocked(Of(commitment, index, key, [key])),
            _ => null,
        }).OfType<ChannelSpend>()];
    }

    /// <summary>
    /// All that the other party takes from a transaction in which the owner of a revoked state already spent HTLCs of it. With anchors the owner may have put several
    /// together and added others: the output of an HTLC has the index of its input.
    /// </summary>
    public static Items<ChannelSpend> RevokedSecond(CommitmentTransaction commitment, BitcoinTransaction second)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(second);
        var (txid, own) = (second.Txid(), commitment.Unsigned.Txid());
        var script = ChannelScripts.ToLocal(commitment.Keys.RevocationPubkey, commitment.ToSelfDelay, commitment.Keys.LocalDelayedPubkey);
        var locking = OutputScript.WitnessScriptHash(script);
        return [.. Enumerable.Range(0, Math.Min(second.Inputs.Count, second.Outputs.Count))
            .Where(index => second.Inputs[index].Previous.Txid == own && second.Outputs[index].ScriptPubKey == locking)
            .Select(index => new ChannelSpend(
                new(txid, (uint)index), second.Outputs[index], script, commitment.Keys.RevocationPubkey, [_true], BitcoinInput.ReplaceableSequence, 0))];
    }

    /// <summary>The transaction with the witness of the input that spends this. Codes: sweep.input, sweep.key.</summary>
    public Decoded<BitcoinTransaction> Unlock(BitcoinTransaction transaction, int index, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(key);
        if (index < 0 || index >= transaction.Inputs.Count || transaction.Inputs[index].Previous != At)
            return new DecodeRefusal("sweep.input", $"{At} at input {index}", "another");
        // Signatures of version 0 cover no other input's output.
        var unknown = new BitcoinOutput(0, default);
        var context = new SighashContext(transaction, [.. transaction.Inputs.Select((_, input) => input == index ? Output : unknown)]);
        return Witness(context, index, key).TryGet(out var witness, out var refusal)
            ? transaction.WithInput(index, transaction.Inputs[index] with { Witness = witness })
            : refusal;
    }

    internal Decoded<Items<HexBytes>> Witness(SighashContext context, int index, PrivateKey key)
    {
        if (HexBytes.From(Secp256k1.CreatePublicKey(key)) != Pubkey) return new DecodeRefusal("sweep.key", $"the key of {Pubkey}", "another");
        var isKeyHash = WitnessScript.Length == 0;
        var digest = context.WitnessV0(index, isKeyHash ? OutputScript.PubKeyHash(Pubkey.Span) : WitnessScript, SighashType.All);
        Items<HexBytes> unlocking = [EcdsaSignature.Sign(key, digest, SighashType.All), .. AfterSignature];
        return isKeyHash ? unlocking : (Items<HexBytes>)[.. unlocking, WitnessScript.Bytes];
    }

    private static Decoded<ChannelSpend> OfHtlc(CommitmentTransaction commitment, Htlc htlc, HtlcDirection direction, HexBytes unlocking)
    {
        if (!HtlcTransaction.Create(commitment, htlc).TryGet(out var second, out var refusal)) return refusal;
        return htlc.Direction == direction
            ? Of(commitment, second.Index, commitment.Keys.RemoteHtlcPubkey, [unlocking])
            : new DecodeRefusal("channel.htlc-direction", $"{direction}", $"{htlc.Direction}");
    }

    /// <summary>With anchors all but the anchors wait for a block (BOLT-3); without, nothing does.</summary>
    private static ChannelSpend Of(CommitmentTransaction commitment, int index, HexBytes key, Items<HexBytes> afterSignature)
    {
        var output = commitment.Outputs[index];
        var sequence = commitment.Channel.Type.HasAnchors() ? 1u : BitcoinInput.ReplaceableSequence;
        return new(new(commitment.Unsigned.Txid(), (uint)index), output.Output, output.WitnessScript, key, afterSignature, sequence, 0);
    }

    private static ChannelSpend Unlocked(ChannelSpend spend) => spend with { Sequence = BitcoinInput.ReplaceableSequence };

    private static int? Find<T>(CommitmentTransaction commitment)
        where T : OutputPurpose
    {
        for (var index = 0; index < commitment.Outputs.Count; index++)
            if (commitment.Outputs[index].Purpose is T) return index;
        return null;
    }

    private static int Sized(int length) => BitcoinWriter.CompactSizeLength((ulong)length) + length;
}
