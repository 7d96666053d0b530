using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TPWallet.Crypto.Derivation;

/// <summary>BIP-32's serialised form: version(4) depth(1) parent fingerprint(4) index(4) chain code(32) key(33), Base58Check.</summary>
internal static class Bip32Format
{
    internal const int KeyOffset = 45;
    private const int Length = 78;
    private const int ChainCodeOffset = 13;

    private static readonly Bip32Network[] _networks = Enum.GetValues<Bip32Network>();

    private static uint Version(Bip32Network network, bool isPrivate) => (network, isPrivate) switch
    {
        (Bip32Network.Main, true) => 0x0488ADE4,
        (Bip32Network.Main, false) => 0x0488B21E,
        (Bip32Network.Test, true) => 0x04358394,
        (Bip32Network.Test, false) => 0x043587CF,
        (Bip32Network.MainWitness, true) => 0x04B2430C,
        (Bip32Network.MainWitness, false) => 0x04B24746,
        (Bip32Network.TestWitness, true) => 0x045F18BC,
        (Bip32Network.TestWitness, false) => 0x045F1CF6,
        _ => throw new ArgumentOutOfRangeException(nameof(network), network, "No such network."),
    };

    internal static bool TryRead(string text, bool isPrivate, out byte[] data, out Bip32Network network)
    {
        network = Bip32Network.Main;
        data = Base58.DecodeCheck(text) ?? [];
        if (data.Length != Length) return false;
        var version = BinaryPrimitives.ReadUInt32BigEndian(data);
        var index = Array.FindIndex(_networks, known => Version(known, isPrivate) == version);
        if (index < 0) return false;
        network = _networks[index];
        var position = Position(data);
        return position.Depth != 0 || position is { ParentFingerprint: 0, Index: 0 };
    }

    internal static ReadOnlySpan<byte> ChainCode(byte[] data) => data.AsSpan(ChainCodeOffset, 32);

    internal static Bip32Position Position(byte[] data) =>
        new(data[4], BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(5)), BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(9)));

    internal static string Write(
        Bip32Network network, bool isPrivate, Bip32Position position, ReadOnlySpan<byte> chainCode, ReadOnlySpan<byte> key33)
    {
        Span<byte> data = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(data, Version(network, isPrivate));
        data[4] = position.Depth;
        BinaryPrimitives.WriteUInt32BigEndian(data[5..], position.ParentFingerprint);
        BinaryPrimitives.WriteUInt32BigEndian(data[9..], position.Index);
        chainCode.CopyTo(data[ChainCodeOffset..]);
        key33.CopyTo(data[KeyOffset..]);
        var text = Base58.EncodeCheck(data);
        CryptographicOperations.ZeroMemory(data);
        return text;
    }

    internal static uint Fingerprint(ReadOnlySpan<byte> publicKey33) => BinaryPrimitives.ReadUInt32BigEndian(Hash160.Hash(publicKey33));

    internal static void DemandDepth(Bip32Position position)
    {
        if (position.Depth == byte.MaxValue) throw new InvalidOperationException("A key at depth 255 has no children (BIP-32).");
    }

    internal static InvalidOperationException NoKey(uint index) => new($"The index {index} gives no valid key; BIP-32 says to take the next one.");
}
