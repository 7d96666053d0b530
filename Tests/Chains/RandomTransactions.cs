using TPWallet.Chains;
using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

/// <summary>Seeded random transactions of every kind, which viem accepts too.</summary>
internal sealed class RandomTransactions(int seed)
{
    private readonly Random _random = new(seed);

    public EthereumTransaction Next()
    {
        var (chainId, nonce) = ((ulong)_random.NextInt64(1, 1L << 40), (ulong)_random.NextInt64(1L << _random.Next(33)));
        var gas = (ulong)_random.NextInt64(21_000, 1L << 30);
        var (cap, value, data) = (Number(12), Number(_random.Next(13)), Bytes(_random.Next(4) == 0 ? 0 : _random.Next(300)));
        var tip = cap / (UInt256)(ulong)_random.Next(1, 10);
        Address? to = _random.Next(6) == 0 ? null : Address();
        return _random.Next(6) switch
        {
            0 => new EthereumTransaction.Legacy(null, nonce, cap, gas, to, value, data),
            1 => new EthereumTransaction.Legacy(chainId, nonce, cap, gas, to, value, data),
            2 => new EthereumTransaction.AccessList(chainId, nonce, cap, gas, to, value, data, Access()),
            3 => new EthereumTransaction.DynamicFee(chainId, nonce, tip, cap, gas, to, value, data, Access()),
            4 => new EthereumTransaction.Blob(chainId, nonce, tip, cap, gas, Address(), value, data, Access(), Number(8) + 1UL, Many(1, 6, BlobHash)),
            _ => new EthereumTransaction.SetCode(chainId, nonce, tip, cap, gas, Address(), value, data, Access(), Many(1, 4, Authorization)),
        };
    }

    public PrivateKey Key() => PrivateKey.From(Bytes(32).Span);

    private SetCodeAuthorization Authorization()
    {
        var (chainId, target, nonce) = ((UInt256)(ulong)_random.NextInt64(1L << 40), Address(), (ulong)_random.NextInt64(1L << 32));
        using var key = Key();
        return new(chainId, target, nonce, EthereumSignature.Sign(key, SetCodeAuthorization.SigningDigest(chainId, target, nonce).ToArray()));
    }

    private Items<AccessEntry> Access() => Many(0, 3, () => new AccessEntry(Address(), Many(0, 4, () => Bytes32.From(Bytes(32).Span))));

    private Bytes32 BlobHash()
    {
        var hash = Bytes(32).Span.ToArray();
        hash[0] = 1;
        return Bytes32.From(hash);
    }

    private Items<T> Many<T>(int least, int most, Func<T> make) => [.. Enumerable.Range(0, _random.Next(least, most)).Select(_ => make())];

    private Address Address() => Grains.Interfaces.Values.Address.From(Bytes(20).Span);

    private UInt256 Number(int length) => UInt256.FromBigEndian(Bytes(length).Span);

    private HexBytes Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
