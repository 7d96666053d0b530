using System.Security.Cryptography;
using System.Text;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>A node's channel key with the floor that the signer keeps for each channel (Signer/Checks, SignStateCheck and SignOrderCheck). It outlives every restore of the node's journal.</summary>
internal sealed class ModelSigner(string name)
{
    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes($"tpw.test.three|{name}"));
    private readonly Dictionary<Bytes32, (ulong Nonce, Bytes32 Digest)> _floors = [];
    private readonly Dictionary<Bytes32, (UInt256 Named, UInt256 Left)> _peers = [];
    private readonly Dictionary<(Bytes32 Channel, ulong Nonce), Bytes32> _signed = [];

    internal Address Address
    {
        get
        {
            Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
            Secp256k1.CreatePublicKey(_key, point);
            return Address.From(Keccak256.Hash(point[1..]).AsSpan(12));
        }
    }

    internal ulong FloorOf(Bytes32 channel) => _floors.GetValueOrDefault(channel).Nonce;

    internal EffectResult Answer(Effect.SignChannelState e)
    {
        var channel = e.Side.Channel;
        if (BookForm.Check(e.Book) is { } malformed) throw new InvalidOperationException($"asked to sign {e.Book}: {malformed}");
        var digest = ChannelDomain.Of(e.Opening.Facts).State(channel, ContractState.Of(e.Book, e.Opening.Terms.LockFloor));
        var floor = _floors.GetValueOrDefault(channel);
        if (e.Book.Nonce < floor.Nonce || (e.Book.Nonce == floor.Nonce && digest != floor.Digest))
            return new EffectResult.Failed(new(RejectionCode.NonceConflict, $"a nonce above {floor.Nonce}", $"{e.Book.Nonce}"));
        if (_signed.TryGetValue((channel, e.Book.Nonce), out var before) && before != digest) throw new InvalidOperationException($"two states were signed for nonce {e.Book.Nonce}");
        var (peer, left) = (e.Side.Us.Other(), _peers.GetValueOrDefault(channel).Left);
        if (digest != floor.Digest && e.Book.Withdrawn.Of(peer) < left) throw new InvalidOperationException($"asked to sign {e.Book}, and the peer was let withdraw {left}");
        _peers[channel] = (e.Book.Withdrawn.Of(peer), left);
        _signed[(channel, e.Book.Nonce)] = digest;
        _floors[channel] = (e.Book.Nonce, digest);
        return new EffectResult.ChannelSigned(Sign(digest));
    }

    internal EffectResult Answer(Effect.SignChannelOrder e)
    {
        var floor = FloorOf(e.Side.Channel);
        if (e.Order is ChannelOrder.Demand { Book.Nonce: var nonce } && floor != ChannelBook.FinalNonce && floor > nonce && floor - nonce > ChannelLimits.OpenProposals)
            return new EffectResult.Failed(new(RejectionCode.StaleVersion, $"a state near {floor}", $"{nonce}"));
        if (e.Order is ChannelOrder.Withdrawal order) Require(e.Opening, e.Side, order);
        return new EffectResult.ChannelSigned(Order(e.Opening.Facts, e.Opening.Terms.LockFloor, e.Order));
    }

    /// <summary>A withdrawal is spent by a state with both signatures, or it is not signed.</summary>
    private void Require(ChannelOpening opening, ChannelRef side, ChannelOrder.Withdrawal order)
    {
        var (facts, id) = (opening.Facts, ChannelDomain.Id(opening.Facts));
        var digest = ChannelDomain.Of(facts).State(id, ContractState.Of(order.Book, opening.Terms.LockFloor));
        if (order.Total.IsZero || order.Total > order.Book.Withdrawn.Of(order.Party) || !ChannelSignature.IsBy(facts.A, digest, order.SignatureA) || !ChannelSignature.IsBy(facts.B, digest, order.SignatureB))
            throw new InvalidOperationException($"asked to sign a withdrawal that no state names: {order}");
        if (order.Party == side.Us) return;
        var (named, left) = _peers[side.Channel];
        if (order.Total > named) throw new InvalidOperationException($"asked to sign a withdrawal that the newest state does not name: {order}");
        _peers[side.Channel] = (named, UInt256.Max(left, order.Total));
    }

    /// <summary>What nobody but a thief of the key, or a signer that was put back, would sign: a demand to close by any state.</summary>
    internal HexBytes Order(ChannelFacts facts, UInt256 floor, ChannelOrder order)
    {
        var domain = ChannelDomain.Of(facts);
        return Sign(order switch
        {
            ChannelOrder.Demand demand => domain.Close(ContractState.Of(demand.Book, floor).Hash(ChannelDomain.Id(facts)), demand.Expiry),
            ChannelOrder.Withdrawal of => domain.Withdrawal(ChannelDomain.Id(facts), facts.PartyOf(of.Party), of.Total, of.Expiry),
            ChannelOrder.Pull pull => domain.Pull(facts.Token, Address, pull.Amount, pull.Pulls, pull.Expiry),
            _ => throw new UnreachableException(),
        });
    }

    /// <summary>Likewise: the second signature of a state that its owner has refused, or has not answered.</summary>
    internal CoSigned Complete(ChannelFacts facts, UInt256 floor, Proposal proposal, ChannelSide us)
    {
        var own = Sign(ChannelDomain.Of(facts).State(ChannelDomain.Id(facts), ContractState.Of(proposal.Book, floor)));
        return us == ChannelSide.A ? new(proposal.Book, own, proposal.Signature!.Value) : new(proposal.Book, proposal.Signature!.Value, own);
    }

    private HexBytes Sign(Bytes32 digest)
    {
        using var key = PrivateKey.From(_key);
        return ChannelSignature.Sign(key, digest);
    }
}
