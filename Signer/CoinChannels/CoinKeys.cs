using System.Security.Cryptography;
using System.Text;
using TPWallet.Chains.Bitcoin.Channels;
using TPWallet.Crypto;
using TPWallet.Crypto.Channels;
using TPWallet.Grains.Interfaces.CoinChannels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Signer.CoinChannels;

/// <summary>The secrets of one side of one channel on a chain of the Bitcoin family, all from one seed that nothing else uses.</summary>
internal sealed class CoinKeys : IDisposable
{
    private readonly PrivateKey _seed;

    public CoinKeys(ReadOnlySpan<byte> seed32)
    {
        (Funding, Revocation, Payment) = (Derived(seed32, "funding"), Derived(seed32, "revocation"), Derived(seed32, "payment"));
        (DelayedPayment, Htlc, _seed) = (Derived(seed32, "delayed-payment"), Derived(seed32, "htlc"), Derived(seed32, "per-commitment"));
    }

    public PrivateKey Funding { get; }

    public PrivateKey Revocation { get; }

    public PrivateKey Payment { get; }

    public PrivateKey DelayedPayment { get; }

    public PrivateKey Htlc { get; }

    public CoinBasepoints Basepoints => new(Public(Funding), Public(Revocation), Public(Payment), Public(DelayedPayment), Public(Htlc));

    /// <summary>The secret of an own commitment. Whoever has it punishes that commitment.</summary>
    public Bytes32 SecretOf(long commitment)
    {
        using var secret = CommitmentSecrets.Generate(_seed, CommitmentSecrets.IndexOf((ulong)commitment));
        return Bytes32.From(secret.Secret);
    }

    public HexBytes PointOf(long commitment) => CoinTransactions.PointOf(SecretOf(commitment));

    /// <summary>The key that takes an output by this way.</summary>
    public PrivateKey Of(CoinWay way, CoinOrigin origin)
    {
        var point = origin switch
        {
            CoinOrigin.Own own => own.Commitment.Point,
            CoinOrigin.Peer peer => peer.Commitment.Point,
            _ => HexBytes.Empty,
        };
        if (way == CoinWay.Balance) return PrivateKey.From(Payment.Secret);
        if (way == CoinWay.Penalty && origin is CoinOrigin.Revoked revoked)
        {
            using var secret = PrivateKey.From(revoked.Secret.ToArray());
            return ChannelKeys.RevocationPrivkey(Revocation, secret) ?? throw new InvalidOperationException("No secret.");
        }

        return ChannelKeys.Privkey(way == CoinWay.Delayed ? DelayedPayment : Htlc, point.Span) ?? throw new InvalidOperationException("No point of the curve.");
    }

    public void Dispose()
    {
        foreach (var key in new[] { Funding, Revocation, Payment, DelayedPayment, Htlc, _seed }) key.Dispose();
    }

    /// <summary>HMAC of a label; a result that is no key (chance 2^-128) goes through once more.</summary>
    private static PrivateKey Derived(ReadOnlySpan<byte> seed, string label)
    {
        var bytes = HMACSHA256.HashData(seed, Encoding.ASCII.GetBytes($"tpw coin channel {label}"));
        while (!Secp256k1.IsValidPrivateKey(bytes)) bytes = HMACSHA256.HashData(seed, bytes);
        var key = PrivateKey.From(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return key;
    }

    private static HexBytes Public(PrivateKey key) => Secp256k1.CreatePublicKey(key);
}
