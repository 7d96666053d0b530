using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces;

/// <summary>
/// Canonical hashes: SHA-256(u32 tag length ‖ tag ‖ canonical JSON). The tag names purpose and schema, so that one kind of subject
/// never passes for another; a changed schema is a new tag.
/// </summary>
public static class Canonical
{
    public static AccountId AccountId(Genesis genesis) => new(Hash("tpw.genesis.v1", genesis, ContractJson.Default.Genesis));

    public static Bytes32 Hash(Roster roster) => Hash("tpw.roster.v1", roster, ContractJson.Default.Roster);

    public static Bytes32 Hash(Policy policy) => Hash("tpw.policy.v1", policy, ContractJson.Default.Policy);

    public static Bytes32 Hash(ChangeProposal proposal) => Hash("tpw.change.v1", proposal, ContractJson.Default.ChangeProposal);

    public static Bytes32 Hash(PacketContent packet) => Hash("tpw.packet.v2", packet, ContractJson.Default.PacketContent);

    /// <summary>The effect digest. Bounds must be normalised (sorted) first; see Domain.</summary>
    public static Bytes32 Hash(EffectBounds bounds) => Hash("tpw.bounds.v1", bounds, ContractJson.Default.EffectBounds);

    /// <summary>What the signer's identity key signs: the attestation without its signature.</summary>
    public static Bytes32 Hash(KeyAttestation attestation) =>
        Hash("tpw.attestation.v1", attestation with { Signature = HexBytes.Empty }, ContractJson.Default.KeyAttestation);

    /// <summary>The fingerprint of a command: equal for equal content, so that the same id with other content is noticed.</summary>
    public static Bytes32 Fingerprint<T>(T command, JsonTypeInfo<T> type) => Hash("tpw.command.v1", command, type);

    /// <inheritdoc cref="Fingerprint{T}(T, JsonTypeInfo{T})"/>
    /// <param name="command">Its canonical JSON.</param>
    public static Bytes32 Fingerprint(ReadOnlySpan<byte> command) => Hash("tpw.command.v1", command);

    public static Bytes32 Hash<T>(string tag, T value, JsonTypeInfo<T> type) => Hash(tag, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static Bytes32 Hash(string tag, ReadOnlySpan<byte> json)
    {
        var tagBytes = Encoding.UTF8.GetByteCount(tag);
        // One call over one buffer: feeding the hash piece by piece costs more than the hashing.
        var buffer = ArrayPool<byte>.Shared.Rent(sizeof(uint) + tagBytes + json.Length);
        try
        {
            BinaryPrimitives.WriteUInt32BigEndian(buffer, (uint)tagBytes);
            Encoding.UTF8.GetBytes(tag, buffer.AsSpan(sizeof(uint)));
            json.CopyTo(buffer.AsSpan(sizeof(uint) + tagBytes));
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(buffer.AsSpan(0, sizeof(uint) + tagBytes + json.Length), hash);
            return Bytes32.From(hash);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
