using TPWallet.Chains.Ethereum;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Channels;

/// <summary>What an act says to the channel contract, as call data.</summary>
public static class ActEncoding
{
    private static readonly AbiSignature _closeTogether = Method(ChannelMethods.CloseTogether);
    private static readonly AbiSignature _close = Method(ChannelMethods.Close);
    private static readonly AbiSignature _challenge = Method(ChannelMethods.Challenge);
    private static readonly AbiSignature _registerPreimages = Method(ChannelMethods.RegisterPreimages);
    private static readonly AbiSignature _registerScalars = Method(ChannelMethods.RegisterScalars);
    private static readonly AbiSignature _settle = Method(ChannelMethods.Settle);
    private static readonly AbiSignature _resolve = Method(ChannelMethods.Resolve);
    private static readonly AbiSignature _withdraw = Method(ChannelMethods.Withdraw);
    private static readonly AbiSignature _pull = Method(ChannelMethods.Pull);

    /// <summary>The call data.</summary>
    /// <param name="floor">The channel's lock floor.</param>
    /// <param name="payout">Where a pull goes: what the key signed.</param>
    public static HexBytes Encode(ChannelFacts facts, UInt256 floor, Address payout, ChannelCall call)
    {
        var channel = AbiValue.Of(facts.A, facts.B, facts.Token, (UInt256)facts.Counter);
        return call switch
        {
            ChannelCall.CloseTogether { State: var state } => _closeTogether.Encode(channel, State(state.Book, floor), Signature(state.SignatureA), Signature(state.SignatureB)),
            ChannelCall.Close close => _close.Encode(
                channel, State(close.Demand.Book, floor), (UInt256)(ulong)close.Us, (UInt256)close.Demand.Expiry, Signature(close.Signature), Signature(close.PeerSignature)),
            ChannelCall.Challenge { State: var state } => _challenge.Encode(channel, State(state.State), Signature(state.SignatureA), Signature(state.SignatureB)),
            ChannelCall.Register { Known: { Kind: LockKind.Hash } known } => _registerPreimages.Encode(AbiValue.Of(known.Secret)),
            ChannelCall.Register { Known: var known } => _registerScalars.Encode(AbiValue.Of(known.Secret.Number)),
            ChannelCall.Settle settle => _settle.Encode(channel, State(settle.Book, floor)),
            ChannelCall.Resolve resolve => _resolve.Encode(channel, State(resolve.Book, floor), AbiValue.Of([.. LockClaim.Of(resolve.Book, floor).Select(Claim)])),
            ChannelCall.Withdraw withdraw => _withdraw.Encode(
                channel, facts.PartyOf(withdraw.Us), withdraw.Total, (UInt256)withdraw.Expiry, Signature(withdraw.SignatureA), Signature(withdraw.SignatureB)),
            ChannelCall.Pull pull => _pull.Encode(facts.PartyOf(pull.Us), facts.Token, payout, pull.Order.Amount, (UInt256)pull.Order.Expiry, Signature(pull.Signature)),
            _ => throw new UnreachableException($"No such call: {call.GetType().Name}."),
        };
    }

    private static AbiValue Claim(LockClaim claim) => AbiValue.Of(
        (UInt256)(ulong)claim.Offerer,
        AbiValue.Of((UInt256)(ulong)claim.Leaf.Index, claim.Leaf.Amount, (UInt256)claim.Leaf.ExpiryUnixSeconds, (UInt256)(ulong)claim.Leaf.Kind, claim.Leaf.Target),
        AbiValue.Of([.. claim.Proof.Select(static hash => (AbiValue)hash)]));

    // Before any state was signed all of it is zero, deposits too.
    private static AbiValue State(ChannelBook book, UInt256 floor) => State(ContractState.Of(book, floor));

    private static AbiValue State(ContractState state) => AbiValue.Of(
        (UInt256)state.Nonce, state.DepositedA, state.DepositedB, state.WithdrawnA, state.WithdrawnB, state.BalanceA, state.BalanceB, state.TrimmedA, state.TrimmedB, state.LockedA,
        state.LockedB, state.LocksA, state.LocksB);

    private static AbiValue Signature(HexBytes? signature) => signature is { } bytes
        ? AbiValue.Of(Bytes32.From(bytes.Span[..UInt256.Size]), Bytes32.From(bytes.Span[UInt256.Size..]))
        : AbiValue.Of(Bytes32.Zero, Bytes32.Zero);

    private static AbiSignature Method(string text) => AbiSignature.Parse($"function {text}").Value;
}
