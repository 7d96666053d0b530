using System.Buffers.Binary;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Packets;

/// <summary>One payment of a batch: native coin or an ERC-20 token.</summary>
[GenerateSerializer, Immutable, Alias("tpw.batch-payment")]
public sealed record BatchPayment(Address To, Amount Amount);

/// <summary>
/// Several payments of one own address in one transaction: a call of the contract in Contracts/multisend, which pays all or none and leaves an event for each.
/// Its code is demanded by hash, and its call data is read byte for byte, so that policy judges every payment by its own payee and amount. A token needs an
/// allowance to the contract first: a leg of the same packet, after which the batch comes. Members choose by such a leg where they prefer cost to speed.
/// </summary>
public static class MultiSend
{
    /// <summary>Payments of one call.</summary>
    public const int MaxPayments = 64;

    private const int Word = 32;
    private const int AddressAt = 12;
    private const int WordsPerPayment = 3;

    /// <summary>The selector of send((address,address,uint256)[]), the offset of the list and its length.</summary>
    private const int HeadLength = 4 + (2 * Word);

    private const uint Selector = 0xd573bd2f;

    /// <summary>approve(address,uint256) of EIP-20.</summary>
    private const uint ApproveSelector = 0x095ea7b3;

    /// <summary>Keccak-256 of the contract's code on chain (Contracts/multisend/MultiSend.json, deployedHash).</summary>
    public static Bytes32 CodeHash { get; } = Bytes32.Parse("0xd1111e199ca7b90a1b20950a3d04078b37ec1c671d49a46de1128ea658d0f856");

    /// <summary>The first topic of Sent(address,uint256,address,address,uint256).</summary>
    public static Bytes32 SentTopic { get; } = Bytes32.Parse("0xf8fe45a035ecba6d7256b4d92cbd8933f7843b7fc9ccfd178641add54527780c");

    /// <summary>Whether it calls the contract's one method, well formed or not.</summary>
    public static bool IsCall(HexBytes data) => data.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(data.Span) == Selector;

    /// <summary>The payments of a call; null where its data is no call of the method, or not the one encoding of its payments.</summary>
    public static ImmutableArray<BatchPayment>? Read(Leg.ContractCall call)
    {
        var data = call.Data.Span;
        if (!call.Chain.IsEvm || !IsCall(call.Data) || data.Length < HeadLength) return null;
        if (Number(data, 4) != (UInt256)Word || Number(data, 4 + Word) is var count && (count.IsZero || count > (UInt256)MaxPayments)) return null;
        var length = (int)(ulong)Number(data, 4 + Word);
        if (data.Length != HeadLength + (length * WordsPerPayment * Word)) return null;
        var payments = ImmutableArray.CreateBuilder<BatchPayment>(length);
        for (var i = 0; i < length; i++)
        {
            var at = HeadLength + (i * WordsPerPayment * Word);
            if (ReadAddress(data, at) is not { } token || ReadAddress(data, at + Word) is not { } to) return null;
            var amount = Number(data, at + (2 * Word));
            if (amount.IsZero || to == default(Address) || IsZero(to)) return null;
            payments.Add(new(to, new(IsZero(token) ? AssetId.Native(call.Chain) : AssetId.Erc20(call.Chain, token), amount)));
        }

        return payments.ToImmutable();
    }

    /// <summary>The leg that makes these payments; throws where there are none or too many, or of assets that it cannot move.</summary>
    /// <param name="contract">Where the contract stands on that chain.</param>
    public static Leg.ContractCall Leg(
        Name id, ImmutableArray<Name> after, ChainId chain, Address from, Address contract, ImmutableArray<BatchPayment> payments, FeeBudget fee)
    {
        ArgumentOutOfRangeException.ThrowIfZero(payments.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payments.Length, MaxPayments);
        var data = new byte[HeadLength + (payments.Length * WordsPerPayment * Word)];
        BinaryPrimitives.WriteUInt32BigEndian(data, Selector);
        ((UInt256)Word).ToBigEndian(data.AsSpan(4, Word));
        ((UInt256)(ulong)payments.Length).ToBigEndian(data.AsSpan(4 + Word, Word));
        var spent = new SortedDictionary<AssetId, UInt256>();
        for (var i = 0; i < payments.Length; i++)
        {
            var (asset, amount) = (payments[i].Amount.Asset, payments[i].Amount.Value);
            if (asset != AssetId.Native(chain) && (asset.Chain != chain || asset.Namespace != "erc20"))
                throw new ArgumentException($"Expected native coin or an ERC-20 token of {chain}, not {asset}.", nameof(payments));
            var at = HeadLength + (i * WordsPerPayment * Word);
            asset.Contract?.ToArray().CopyTo(data, at + AddressAt);
            payments[i].To.ToArray().CopyTo(data, at + Word + AddressAt);
            amount.ToBigEndian(data.AsSpan(at + (2 * Word), Word));
            spent[asset] = spent.GetValueOrDefault(asset) + amount;
        }

        return new(
            id, after, chain, from, contract, spent.GetValueOrDefault(AssetId.Native(chain)), data, [.. spent.Select(sum => new Amount(sum.Key, sum.Value))], [], fee);
    }

    /// <summary>The leg that lets the contract take what a batch pays of a token, and no more: the batch comes after it.</summary>
    public static Leg.ContractCall Approval(Name id, Address from, Address contract, Amount spent, FeeBudget fee)
    {
        if (spent.Asset.Namespace != "erc20") throw new ArgumentException($"Expected an ERC-20 token, not {spent.Asset}.", nameof(spent));
        var data = new byte[4 + (2 * Word)];
        BinaryPrimitives.WriteUInt32BigEndian(data, ApproveSelector);
        contract.ToArray().CopyTo(data, 4 + AddressAt);
        spent.Value.ToBigEndian(data.AsSpan(4 + Word, Word));
        return new(id, [], spent.Asset.Chain, from, spent.Asset.Contract!.Value, UInt256.Zero, data, [], [], fee);
    }

    /// <summary>The calls of a contract by an address. An allowance replaces the one before it, so that of a further batch comes after all of them.</summary>
    public static ImmutableArray<Name> CallsIn(ImmutableArray<Leg> legs, ChainId chain, Address from, Address contract) =>
        [.. legs.Where(leg => leg is Leg.ContractCall call && (call.Chain, call.From, call.To) == (chain, from, contract)).Select(static leg => leg.Id)];

    private static UInt256 Number(ReadOnlySpan<byte> data, int at) => UInt256.FromBigEndian(data.Slice(at, Word));

    private static Address? ReadAddress(ReadOnlySpan<byte> data, int at) =>
        data.Slice(at, AddressAt).IndexOfAnyExcept((byte)0) >= 0 ? null : Address.From(data.Slice(at + AddressAt, Word - AddressAt));

    private static bool IsZero(Address address) => address.ToArray().AsSpan().IndexOfAnyExcept((byte)0) < 0;
}
