using System.Buffers.Binary;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>A state as the contract takes it, with both signatures: all that a challenge says.</summary>
public sealed record SignedState(ContractState State, HexBytes SignatureA, HexBytes SignatureB)
{
    /// <summary>Length of <see cref="ToBytes"/>: 13 words and two signatures.</summary>
    public const int Length = (13 * UInt256.Size) + (2 * ChannelSignature.Length);

    /// <summary>Of a state with both signatures.</summary>
    /// <param name="floor">The channel's lock floor.</param>
    public static SignedState Of(CoSigned full, UInt256 floor) => new(ContractState.Of(full.Book, floor), full.SignatureA, full.SignatureB);

    /// <summary>Whether both parties of a channel signed it.</summary>
    public bool IsOf(ChannelFacts facts)
    {
        var digest = ChannelDomain.Of(facts).State(ChannelDomain.Id(facts), State);
        return ChannelSignature.IsBy(facts.A, digest, SignatureA) && ChannelSignature.IsBy(facts.B, digest, SignatureB);
    }

    /// <summary>The words of the contract's struct in their order, big-endian, then A's signature and B's. The same length whatever the state says.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        var at = 0;
        foreach (var word in Words())
        {
            word.ToBigEndian(bytes.AsSpan(at, UInt256.Size));
            at += UInt256.Size;
        }

        State.LocksA.CopyTo(bytes.AsSpan(at));
        State.LocksB.CopyTo(bytes.AsSpan(at + UInt256.Size));
        at += 2 * UInt256.Size;
        SignatureA.Span.CopyTo(bytes.AsSpan(at));
        SignatureB.Span.CopyTo(bytes.AsSpan(at + ChannelSignature.Length));
        return bytes;
    }

    /// <summary>Reads <see cref="ToBytes"/>; null where they are none.</summary>
    public static SignedState? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length || bytes[..(UInt256.Size - sizeof(ulong))].ContainsAnyExcept((byte)0)) return null;
        var words = new UInt256[11];
        for (var i = 0; i < words.Length; i++) words[i] = UInt256.FromBigEndian(bytes.Slice(i * UInt256.Size, UInt256.Size));
        var rest = bytes[(words.Length * UInt256.Size)..];
        return new(
            new(
                BinaryPrimitives.ReadUInt64BigEndian(bytes[(UInt256.Size - sizeof(ulong))..]), words[1], words[2], words[3], words[4], words[5], words[6], words[7], words[8],
                words[9], words[10], Bytes32.From(rest[..UInt256.Size]), Bytes32.From(rest.Slice(UInt256.Size, UInt256.Size))),
            HexBytes.From(rest.Slice(2 * UInt256.Size, ChannelSignature.Length)), HexBytes.From(rest[((2 * UInt256.Size) + ChannelSignature.Length)..]));
    }

    private UInt256[] Words() =>
    [
        State.Nonce, State.DepositedA, State.DepositedB, State.WithdrawnA, State.WithdrawnB, State.BalanceA, State.BalanceB, State.TrimmedA, State.TrimmedB, State.LockedA,
        State.LockedB,
    ];
}
