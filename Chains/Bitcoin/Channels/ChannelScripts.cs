using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin.Channels;

/// <summary>The witness scripts of a channel (BOLT-3). "Local" is the owner of the commitment transaction, "remote" the other party.</summary>
public static class ChannelScripts
{
    /// <summary>Blocks after which anyone may take an anchor.</summary>
    public const int AnchorDelay = 16;

    private const int PreimageLength = 32;

    /// <summary>Both funding keys, the lesser first.</summary>
    public static Script Funding(HexBytes one, HexBytes other) =>
        one.Span.SequenceCompareTo(other.Span) <= 0 ? OutputScript.Multisig(2, [one, other]) : OutputScript.Multisig(2, [other, one]);

    /// <summary>
    /// The to_local output, and the output of every HTLC transaction: the owner's after the delay, at once the other party's if the owner has revoked the state.
    /// </summary>
    public static Script ToLocal(HexBytes revocationPubkey, int toSelfDelay, HexBytes localDelayedPubkey) => new ScriptBuilder()
        .Add(Op.If).Push(revocationPubkey.Span)
        .Add(Op.Else).Push(toSelfDelay).Add(Op.CheckSequenceVerify).Add(Op.Drop).Push(localDelayedPubkey.Span)
        .Add(Op.EndIf).Add(Op.CheckSig).Build();

    /// <summary>The to_remote output of a channel with anchors: one block must pass, as for all but the anchors.</summary>
    public static Script ToRemote(HexBytes remotePubkey) => new ScriptBuilder()
        .Push(remotePubkey.Span).Add(Op.CheckSigVerify).Push(1).Add(Op.CheckSequenceVerify).Build();

    /// <summary>An anchor: its party's at once, anyone's after 16 blocks.</summary>
    public static Script Anchor(HexBytes fundingPubkey) => new ScriptBuilder()
        .Push(fundingPubkey.Span).Add(Op.CheckSig).Add(Op.IfDup).Add(Op.NotIf).Push(AnchorDelay).Add(Op.CheckSequenceVerify).Add(Op.EndIf).Build();

    /// <summary>An HTLC output; which of the two follows from the HTLC's direction.</summary>
    public static Script HtlcOutput(ChannelType type, CommitmentKeys keys, Htlc htlc)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(htlc);
        var script = new ScriptBuilder()
            .Add(Op.Dup).Add(Op.Hash160).Push(Hash160.Hash(keys.RevocationPubkey.Span)).Add(Op.Equal)
            .Add(Op.If).Add(Op.CheckSig)
            .Add(Op.Else).Push(keys.RemoteHtlcPubkey.Span).Add(Op.Swap).Add(Op.Size).Push(PreimageLength).Add(Op.Equal);
        var paymentHash = Ripemd160.Hash(htlc.PaymentHash.ToArray());
        script = htlc.Direction == HtlcDirection.Offered ? Offered(script, keys, paymentHash) : Received(script, keys, paymentHash, htlc.CltvExpiry);
        if (type.HasAnchors()) script = script.Push(1).Add(Op.CheckSequenceVerify).Add(Op.Drop);
        return script.Add(Op.EndIf).Build();
    }

    /// <summary>To the owner by HTLC-timeout, to the other party with the preimage.</summary>
    private static ScriptBuilder Offered(ScriptBuilder script, CommitmentKeys keys, byte[] paymentHash) => script
        .Add(Op.NotIf).Add(Op.Drop).Push(2).Add(Op.Swap).Push(keys.LocalHtlcPubkey.Span).Push(2).Add(Op.CheckMultisig)
        .Add(Op.Else).Add(Op.Hash160).Push(paymentHash).Add(Op.EqualVerify).Add(Op.CheckSig)
        .Add(Op.EndIf);

    /// <summary>To the owner by HTLC-success, to the other party after the expiry.</summary>
    private static ScriptBuilder Received(ScriptBuilder script, CommitmentKeys keys, byte[] paymentHash, uint cltvExpiry) => script
        .Add(Op.If).Add(Op.Hash160).Push(paymentHash).Add(Op.EqualVerify).Push(2).Add(Op.Swap).Push(keys.LocalHtlcPubkey.Span).Push(2).Add(Op.CheckMultisig)
        .Add(Op.Else).Add(Op.Drop).Push(cltvExpiry).Add(Op.CheckLockTimeVerify).Add(Op.Drop).Add(Op.CheckSig)
        .Add(Op.EndIf);
}
