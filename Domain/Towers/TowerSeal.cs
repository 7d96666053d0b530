using System.Security.Cryptography;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Towers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Towers;

/// <summary>
/// How a state is handed to a tower that must not read it. It is sealed by the side's tower key; that key is sealed by the struct hash of every state that the side has
/// signed, which nobody but the two parties knows until one of them closes by it. The contract stores the hash of what it is closed by: whoever reads that there finds
/// the trap by its hint, with it the key, and so the newest state. AES-256-GCM, keys and hints by SHA-256.
/// </summary>
/// <remarks>A state without locks says little that could not be guessed: a tower that tries all ways to share the deposits learns it. What it learns it could not use.</remarks>
public static class TowerSeal
{
    /// <summary>Length of a side's tower key in bytes.</summary>
    public const int KeyLength = 32;

    /// <summary>Length of a trap's sealed key.</summary>
    public const int TrapLength = KeyLength + TagLength;

    /// <summary>Length of a sealed state.</summary>
    public const int SealedLength = NonceLength + SignedState.Length + TagLength;

    private const int NonceLength = 12;
    private const int TagLength = 16;

    /// <summary>What a trap is found by, from the struct hash of the state that it is for.</summary>
    public static Bytes32 HintOf(Bytes32 state) => Bytes32.From(Derive("tpw.tower.hint.v1\0"u8, state));

    /// <summary>The trap of a state: <paramref name="key"/> for whoever knows the state's hash.</summary>
    public static TowerTrap Trap(Bytes32 state, ReadOnlySpan<byte> key)
    {
        Span<byte> bytes = stackalloc byte[TrapLength];
        // The key is for this trap alone, and what it seals is always the same.
        using var cipher = new AesGcm(Derive("tpw.tower.trap.v1\0"u8, state), TagLength);
        cipher.Encrypt(stackalloc byte[NonceLength], key, bytes[..KeyLength], bytes[KeyLength..]);
        return new(HintOf(state), HexBytes.From(bytes));
    }

    /// <summary>The tower key in a trap, by the hash of its state; null: it is none.</summary>
    public static byte[]? Spring(TowerTrap trap, Bytes32 state)
    {
        if (trap.Key.Length != TrapLength) return null;
        var key = new byte[KeyLength];
        using var cipher = new AesGcm(Derive("tpw.tower.trap.v1\0"u8, state), TagLength);
        return Opens(cipher, new byte[NonceLength], trap.Key.Span, key) ? key : null;
    }

    /// <summary>Seals a state: the same bytes each time.</summary>
    public static HexBytes Seal(SignedState state, ReadOnlySpan<byte> key)
    {
        var plain = state.ToBytes();
        Span<byte> bytes = stackalloc byte[SealedLength];
        // From what is sealed: one nonce never seals two things.
        HMACSHA256.HashData(key, plain).AsSpan(0, NonceLength).CopyTo(bytes);
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(bytes[..NonceLength], plain, bytes[NonceLength..^TagLength], bytes[^TagLength..]);
        return HexBytes.From(bytes);
    }

    /// <summary>Opens a sealed state; null: it was sealed by another key, or is none.</summary>
    public static SignedState? Open(HexBytes @sealed, ReadOnlySpan<byte> key)
    {
        if (@sealed.Length != SealedLength) return null;
        var plain = new byte[SignedState.Length];
        using var cipher = new AesGcm(key, TagLength);
        return Opens(cipher, @sealed.Span[..NonceLength], @sealed.Span[NonceLength..], plain) ? SignedState.Read(plain) : null;
    }

    private static bool Opens(AesGcm cipher, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> bytes, Span<byte> plain)
    {
        try
        {
            cipher.Decrypt(nonce, bytes[..^TagLength], bytes[^TagLength..], plain);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] Derive(ReadOnlySpan<byte> label, Bytes32 state)
    {
        Span<byte> input = stackalloc byte[label.Length + UInt256.Size];
        label.CopyTo(input);
        state.CopyTo(input[label.Length..]);
        return SHA256.HashData(input);
    }
}
