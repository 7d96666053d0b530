using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace TPWallet.Crypto;

/// <summary>Point forms of P-256, which .NET's ECParameters lacks: decompression, and the low form of s. Works on public values only.</summary>
internal static class P256Point
{
    // FIPS 186-4, D.1.2.3.
    private static readonly BigInteger _p = Parse("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    private static readonly BigInteger _b = Parse("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    private static readonly BigInteger _n = Parse("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    internal static byte[] Compress(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y) => [(byte)(2 | (y[^1] & 1)), .. x];

    internal static bool TryDecode(ReadOnlySpan<byte> publicKey, out ECPoint point)
    {
        point = default;
        if (publicKey.Length is not (P256.CompressedLength or P256.UncompressedLength)) return false;
        var x = Read(publicKey.Slice(1, 32));
        if (x >= _p) return false;
        var square = ((((x * x) - 3) * x) + _b) % _p;
        if (square.Sign < 0) square += _p;
        BigInteger y;
        switch (publicKey[0], publicKey.Length)
        {
            case (2 or 3, P256.CompressedLength):
                // p ≡ 3 (mod 4), so the root is square^((p+1)/4) where one exists.
                y = BigInteger.ModPow(square, (_p + 1) / 4, _p);
                if (y.IsEven != (publicKey[0] == 2)) y = _p - y;
                break;
            case (4, P256.UncompressedLength):
                y = Read(publicKey[33..]);
                break;
            default:
                return false;
        }

        if (y >= _p || y * y % _p != square) return false;
        point = new ECPoint { X = publicKey.Slice(1, 32).ToArray(), Y = new byte[32] };
        Write(y, point.Y);
        return true;
    }

    internal static bool IsScalar(ReadOnlySpan<byte> key)
    {
        // Byte comparison without early exit: this one looks at a secret.
        Span<byte> order = stackalloc byte[32];
        Write(_n, order);
        int borrow = 0, any = 0;
        for (var index = 31; index >= 0; index--)
        {
            borrow = ((key[index] - order[index] - borrow) >> 31) & 1;
            any |= key[index];
        }

        return borrow == 1 && any != 0;
    }

    internal static bool IsLow(ReadOnlySpan<byte> s) => Read(s) <= _n / 2;

    internal static void LowerS(Span<byte> s)
    {
        var value = Read(s);
        if (value > _n / 2) Write(_n - value, s);
    }

    private static BigInteger Read(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static void Write(BigInteger value, Span<byte> target)
    {
        target.Clear();
        var length = value.GetByteCount(isUnsigned: true);
        _ = value.TryWriteBytes(target[(target.Length - length)..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static BigInteger Parse(string hex) => BigInteger.Parse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
