using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace TPWallet.Crypto.Derivation;

/// <summary>The version bytes of serialised extended keys (BIP-32; SLIP-132).</summary>
public enum Bip32Network
{
    /// <summary>xprv and xpub.</summary>
    Main,

    /// <summary>tprv and tpub.</summary>
    Test,

    /// <summary>zprv and zpub (SLIP-132): keys of P2WPKH addresses, as BIP-84 prints them.</summary>
    MainWitness,

    /// <summary>vprv and vpub (SLIP-132).</summary>
    TestWitness,
}

/// <summary>Where a key stands in its tree: depth, the first four bytes of HASH160 of its parent's public key, and the step that led to it.</summary>
public readonly record struct Bip32Position(byte Depth, uint ParentFingerprint, uint Index);

/// <summary>A BIP-32 extended private key. Dispose wipes the key and the chain code.</summary>
public sealed class ExtendedPrivateKey : IDisposable
{
    private readonly PrivateKey _key;
    private readonly PrivateKey _chainCode;

    internal ExtendedPrivateKey(PrivateKey key, PrivateKey chainCode, Bip32Position position) =>
        (_key, _chainCode, Position) = (key, chainCode, position);

    /// <summary>The private key; it lives as long as this object.</summary>
    public PrivateKey Key => _key;

    /// <summary>The 32 bytes of the chain code. With one child's private key and this, the parent's private key is known: keep it secret.</summary>
    public ReadOnlySpan<byte> ChainCode => _chainCode.Secret;

    /// <summary>Depth, parent and index.</summary>
    public Bip32Position Position { get; }

    /// <summary>The master key of a seed of 16 to 64 bytes.</summary>
    /// <exception cref="ArgumentException">Another length, or (probability 2^-127) the seed gives no valid key.</exception>
    public static ExtendedPrivateKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length is < 16 or > 64) throw new ArgumentException($"A seed has 16 to 64 bytes, not {seed.Length}.", nameof(seed));
        Span<byte> hash = stackalloc byte[HMACSHA512.HashSizeInBytes];
        HMACSHA512.HashData("Bitcoin seed"u8, seed, hash);
        if (!Secp256k1.IsValidPrivateKey(hash[..32])) throw new ArgumentException("The seed gives no valid master key (BIP-32).", nameof(seed));
        var master = new ExtendedPrivateKey(PrivateKey.From(hash[..32]), PrivateKey.From(hash[32..]), default);
        CryptographicOperations.ZeroMemory(hash);
        return master;
    }

    /// <summary>Reads an xprv, tprv, zprv or vprv. False for every malformed one (BIP-32, test vector 5).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExtendedPrivateKey? key, out Bip32Network network)
    {
        key = null;
        if (!Bip32Format.TryRead(text, isPrivate: true, out var data, out network)) return false;
        if (data[Bip32Format.KeyOffset] == 0 && Secp256k1.IsValidPrivateKey(data.AsSpan(Bip32Format.KeyOffset + 1)))
        {
            var secret = PrivateKey.From(data.AsSpan(Bip32Format.KeyOffset + 1));
            key = new ExtendedPrivateKey(secret, PrivateKey.From(Bip32Format.ChainCode(data)), Bip32Format.Position(data));
        }

        CryptographicOperations.ZeroMemory(data);
        return key is not null;
    }

    /// <summary>The child at an index; bit 31 makes it hardened.</summary>
    /// <exception cref="InvalidOperationException">The depth is 255, or (probability 2^-127) this index has no key: take the next.</exception>
    public ExtendedPrivateKey Derive(uint index)
    {
        Bip32Format.DemandDepth(Position);
        Span<byte> input = stackalloc byte[37];
        Span<byte> publicKey = stackalloc byte[Secp256k1.CompressedLength];
        Secp256k1.CreatePublicKey(_key, publicKey);
        input[0] = 0;
        if ((index & DerivationPath.Hardened) != 0) _key.Secret.CopyTo(input[1..]);
        else publicKey.CopyTo(input);
        BinaryPrimitives.WriteUInt32BigEndian(input[33..], index);
        Span<byte> hash = stackalloc byte[HMACSHA512.HashSizeInBytes];
        HMACSHA512.HashData(_chainCode.Secret, input, hash);
        Span<byte> child = stackalloc byte[32];
        _key.Secret.CopyTo(child);
        if (!Secp256k1.TryTweakAdd(child, hash[..32])) throw Bip32Format.NoKey(index);
        var position = new Bip32Position((byte)(Position.Depth + 1), Bip32Format.Fingerprint(publicKey), index);
        var derived = new ExtendedPrivateKey(PrivateKey.From(child), PrivateKey.From(hash[32..]), position);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(hash);
        CryptographicOperations.ZeroMemory(child);
        return derived;
    }

    /// <summary>The descendant at a path; the keys between are wiped. An empty path gives a copy.</summary>
    public ExtendedPrivateKey Derive(DerivationPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var current = new ExtendedPrivateKey(PrivateKey.From(_key.Secret), PrivateKey.From(_chainCode.Secret), Position);
        foreach (var step in path.Steps)
        {
            using var parent = current;
            current = parent.Derive(step);
        }

        return current;
    }

    /// <summary>The public half (BIP-32's N).</summary>
    public ExtendedPublicKey ToPublic() => new(Secp256k1.CreatePublicKey(_key), _chainCode.Secret, Position);

    /// <summary>The xprv or tprv text: a secret.</summary>
    public string Export(Bip32Network network = Bip32Network.Main)
    {
        Span<byte> padded = stackalloc byte[33];
        padded[0] = 0;
        _key.Secret.CopyTo(padded[1..]);
        var text = Bip32Format.Write(network, isPrivate: true, Position, _chainCode.Secret, padded);
        CryptographicOperations.ZeroMemory(padded);
        return text;
    }

    /// <summary>Wipes key and chain code.</summary>
    public void Dispose()
    {
        _key.Dispose();
        _chainCode.Dispose();
    }

    /// <summary>Says only that it is a key.</summary>
    public override string ToString() => "ExtendedPrivateKey";
}

/// <summary>A BIP-32 extended public key.</summary>
public sealed class ExtendedPublicKey
{
    private readonly byte[] _key;
    private readonly byte[] _chainCode;

    internal ExtendedPublicKey(ReadOnlySpan<byte> key33, ReadOnlySpan<byte> chainCode, Bip32Position position) =>
        (_key, _chainCode, Position) = (key33.ToArray(), chainCode.ToArray(), position);

    /// <summary>The compressed public key, 33 bytes.</summary>
    public ReadOnlySpan<byte> Key => _key;

    /// <summary>The chain code, 32 bytes.</summary>
    public ReadOnlySpan<byte> ChainCode => _chainCode;

    /// <summary>Depth, parent and index.</summary>
    public Bip32Position Position { get; }

    /// <summary>The first four bytes of HASH160 of the key, as its children carry it.</summary>
    public uint Fingerprint => Bip32Format.Fingerprint(_key);

    /// <summary>Reads an xpub, tpub, zpub or vpub. False for every malformed one (BIP-32, test vector 5).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExtendedPublicKey? key, out Bip32Network network)
    {
        key = null;
        if (!Bip32Format.TryRead(text, isPrivate: false, out var data, out network)) return false;
        var point = data.AsSpan(Bip32Format.KeyOffset);
        if (!Secp256k1.IsValidPublicKey(point)) return false;
        key = new ExtendedPublicKey(point, Bip32Format.ChainCode(data), Bip32Format.Position(data));
        return true;
    }

    /// <summary>The child at an unhardened index.</summary>
    /// <exception cref="ArgumentException">The index is hardened, which needs the private key.</exception>
    /// <exception cref="InvalidOperationException">The depth is 255 already, or (probability 2^-127) this index has no key.</exception>
    public ExtendedPublicKey Derive(uint index)
    {
        if ((index & DerivationPath.Hardened) != 0) throw new ArgumentException("A hardened child needs the private key.", nameof(index));
        Bip32Format.DemandDepth(Position);
        Span<byte> input = stackalloc byte[37];
        _key.CopyTo(input);
        BinaryPrimitives.WriteUInt32BigEndian(input[33..], index);
        Span<byte> hash = stackalloc byte[HMACSHA512.HashSizeInBytes];
        HMACSHA512.HashData(_chainCode, input, hash);
        Span<byte> child = stackalloc byte[Secp256k1.CompressedLength];
        if (!Secp256k1.TryTweakAddPublic(_key, hash[..32], child)) throw Bip32Format.NoKey(index);
        return new ExtendedPublicKey(child, hash[32..], new Bip32Position((byte)(Position.Depth + 1), Fingerprint, index));
    }

    /// <summary>The descendant at a path of unhardened steps.</summary>
    public ExtendedPublicKey Derive(DerivationPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Steps.Aggregate(this, (key, step) => key.Derive(step));
    }

    /// <summary>The xpub or tpub text.</summary>
    public string Export(Bip32Network network = Bip32Network.Main) => Bip32Format.Write(network, isPrivate: false, Position, _chainCode, _key);

    /// <summary>The xpub text.</summary>
    public override string ToString() => Export();
}
