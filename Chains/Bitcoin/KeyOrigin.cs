using System.Buffers.Binary;
using TPWallet.Crypto.Derivation;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Bitcoin;

/// <summary>Where a key comes from: the fingerprint of the master key (BIP-32) and the path from it.</summary>
public sealed record KeyOrigin(uint Fingerprint, DerivationPath Path)
{
    private const int StepLength = sizeof(uint);

    /// <summary>The form of PSBT fields: the fingerprint and each step in little-endian order (BIP-174).</summary>
    public HexBytes Encode()
    {
        var bytes = new byte[StepLength * (1 + Path.Steps.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Fingerprint);
        for (var i = 0; i < Path.Steps.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(StepLength * (1 + i)), Path.Steps[i]);
        return bytes;
    }

    /// <summary>Code: psbt.derivation, where the length is not 4 bytes and 4 for each step.</summary>
    public static Decoded<KeyOrigin> Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < StepLength || bytes.Length % StepLength != 0 || bytes.Length > StepLength * (1 + DerivationPath.MaximumSteps))
            return new DecodeRefusal("psbt.derivation", "4 bytes and 4 for each of at most 255 steps", $"{bytes.Length}");
        var steps = new uint[(bytes.Length / StepLength) - 1];
        for (var i = 0; i < steps.Length; i++) steps[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(StepLength * (1 + i))..]);
        return new KeyOrigin(BinaryPrimitives.ReadUInt32BigEndian(bytes), new(steps));
    }

    /// <summary>The form of descriptors, without brackets: fingerprint and steps, hardened ones with h (BIP-380).</summary>
    public override string ToString() => $"{Fingerprint:x8}{Path.ToString()[1..].Replace('\'', 'h')}";
}
