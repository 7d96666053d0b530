using TPWallet.Crypto;

namespace TPWallet.Benchmarks.Crypto;

/// <summary>The key and digests that both sides of the crypto benchmark work on; the same as in native/limit.c.</summary>
internal static class Samples
{
    internal const int Count = 256;

    internal static byte[] Key { get; } = [.. Enumerable.Repeat((byte)0x42, 32)];

    internal static byte[][] Digests { get; } =
        [.. Enumerable.Range(0, Count).Select(index => (byte[])[0x5a, .. Enumerable.Repeat((byte)index, 31)])];

    internal static byte[] PublicKey { get; } = CreatePublicKey();

    internal static byte[][] Signatures { get; } = [.. Digests.Select(Sign)];

    private static byte[] CreatePublicKey()
    {
        var publicKey = new byte[Secp256k1.CompressedLength];
        Secp256k1.CreatePublicKey(Key, publicKey);
        return publicKey;
    }

    private static byte[] Sign(byte[] digest)
    {
        var signature = new byte[Secp256k1.SignatureLength];
        Secp256k1.Sign(Key, digest, signature);
        return signature;
    }
}
