using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What an act says to the contract.</summary>
public abstract record ChannelCall
{
    private ChannelCall()
    {
    }

    /// <summary>The act that makes the call.</summary>
    public abstract ChannelActKind Kind { get; }

    /// <summary>What tells it from another call of its kind.</summary>
    public abstract ulong Nonce { get; }

    public sealed record CloseTogether(CoSigned State) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.CloseTogether;

        public override ulong Nonce => State.Book.Nonce;
    }

    /// <param name="PeerSignature">The peer's of the state; null for the one before any was signed.</param>
    public sealed record Close(ChannelOrder.Demand Demand, HexBytes Signature, ChannelSide Us, HexBytes? PeerSignature) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Close;

        public override ulong Nonce => Demand.Book.Nonce;
    }

    public sealed record Challenge(SignedState State) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Challenge;

        public override ulong Nonce => State.State.Nonce;
    }

    public sealed record Register(KnownSecret Known) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Register;

        public override ulong Nonce => (ulong)Known.Lock;
    }

    public sealed record Settle(ChannelBook Book) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Settle;

        public override ulong Nonce => Book.Nonce;
    }

    public sealed record Resolve(ChannelBook Book) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Resolve;

        public override ulong Nonce => Book.Nonce;
    }

    public sealed record Withdraw(int Number, UInt256 Total, ulong Expiry, ChannelSide Us, HexBytes SignatureA, HexBytes SignatureB) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Withdraw;

        public override ulong Nonce => (ulong)Number;
    }

    public sealed record Pull(ChannelOrder.Pull Order, HexBytes Signature, ChannelSide Us) : ChannelCall
    {
        public override ChannelActKind Kind => ChannelActKind.Pull;

        public override ulong Nonce => Order.Pulls;
    }
}
