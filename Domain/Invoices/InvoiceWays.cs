using System.Buffers.Binary;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Invoices;

/// <summary>The channels that an invoice names, as bytes: each has one party that is the payee's key, so that the other one says which.</summary>
internal static class InvoiceWays
{
    /// <summary>Bytes of one.</summary>
    public const int Size = UInt256.Size + AddressSize + (3 * AmountSize) + (3 * sizeof(uint)) + KeySize;

    private const int AddressSize = 20;
    private const int AmountSize = 16;
    private const int KeySize = 33;

    /// <summary>All of them, in their order; those that <see cref="InvoiceRules"/> take.</summary>
    public static byte[] Write(InvoiceTerms terms)
    {
        var ways = terms.WaysIn.IsDefault ? [] : terms.WaysIn;
        var bytes = new byte[ways.Length * Size];
        Span<byte> word = stackalloc byte[UInt256.Size];
        for (var i = 0; i < ways.Length; i++)
        {
            var way = ways[i];
            var to = bytes.AsSpan(i * Size, Size);
            way.Channel.CopyTo(to);
            to = to[UInt256.Size..];
            (way.A == terms.Node ? way.B : way.A).ToArray().CopyTo(to);
            to = to[AddressSize..];
            foreach (var amount in (UInt256[])[way.Capacity, way.Forwards.BaseFee, way.Forwards.Most])
            {
                amount.ToBigEndian(word);
                word[^AmountSize..].CopyTo(to);
                to = to[AmountSize..];
            }

            foreach (var number in (uint[])[way.Forwards.FeePpm, way.Forwards.LockDelta, way.LongestLock])
            {
                BinaryPrimitives.WriteUInt32BigEndian(to, number);
                to = to[sizeof(uint)..];
            }

            way.OnionKey.Span.CopyTo(to);
        }

        return bytes;
    }

    /// <summary>Null where they have another length.</summary>
    public static ImmutableArray<WayIn>? Read(ReadOnlySpan<byte> bytes, Address payee)
    {
        if (bytes.IsEmpty || bytes.Length % Size != 0) return null;
        var ways = ImmutableArray.CreateBuilder<WayIn>(bytes.Length / Size);
        for (; !bytes.IsEmpty; bytes = bytes[Size..])
        {
            var peer = Address.From(bytes.Slice(UInt256.Size, AddressSize));
            var isFirst = peer.CompareTo(payee) < 0;
            var amounts = bytes[(UInt256.Size + AddressSize)..];
            var numbers = amounts[(3 * AmountSize)..];
            var forwards = new ForwardTerms(
                UInt256.FromBigEndian(amounts.Slice(AmountSize, AmountSize)), BinaryPrimitives.ReadUInt32BigEndian(numbers), BinaryPrimitives.ReadUInt32BigEndian(numbers[sizeof(uint)..]),
                UInt256.FromBigEndian(amounts.Slice(2 * AmountSize, AmountSize)));
            ways.Add(new(
                Bytes32.From(bytes[..UInt256.Size]), isFirst ? peer : payee, isFirst ? payee : peer, UInt256.FromBigEndian(amounts[..AmountSize]), forwards,
                HexBytes.From(numbers.Slice(3 * sizeof(uint), KeySize)))
            {
                LongestLock = BinaryPrimitives.ReadUInt32BigEndian(numbers[(2 * sizeof(uint))..]),
            });
        }

        return ways.MoveToImmutable();
    }
}
