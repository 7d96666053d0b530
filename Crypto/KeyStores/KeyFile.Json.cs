using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TPWallet.Crypto.KeyStores;

/// <content>The JSON form and the associated data.</content>
public sealed partial class KeyFile
{
    private const string Format = "tpwallet-key";
    private const string Derivation = "argon2id";
    private const string Cipher = "aes-256-gcm";

    /// <summary>The file as indented JSON.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("format", Format);
            writer.WriteNumber("version", Version);
            writer.WriteString("kind", KindName(Kind));
            writer.WriteString("publicKey", Convert.ToHexStringLower(_publicKey));
            writer.WriteStartObject("kdf");
            writer.WriteString("name", Derivation);
            writer.WriteNumber("memoryKiB", Parameters.MemoryKiB);
            writer.WriteNumber("passes", Parameters.Passes);
            writer.WriteNumber("lanes", 1);
            writer.WriteString("salt", Convert.ToHexStringLower(_salt));
            writer.WriteEndObject();
            writer.WriteStartObject("cipher");
            writer.WriteString("name", Cipher);
            writer.WriteString("nonce", Convert.ToHexStringLower(_nonce));
            writer.WriteString("text", Convert.ToHexStringLower(_cipherText));
            writer.WriteString("tag", Convert.ToHexStringLower(_tag));
            writer.WriteEndObject();
            writer.WriteString("checksum", Convert.ToHexStringLower(Checksum()));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static KeyFile Read(KeyFileJson json)
    {
        if (json.Text("format") != Format) throw Unknown("format", Format);
        if (json.Number("version") != Version) throw Unknown("version", $"{Version}");
        var kindName = json.Text("kind");
        var kind = Enum.GetValues<KeyKind>().Where(kind => KindName(kind) == kindName).Select(kind => (KeyKind?)kind).FirstOrDefault()
            ?? throw Unknown("kind", "a known kind of key");
        var keyLength = kind == KeyKind.Ed25519 ? Ed25519.PublicKeyLength : Secp256k1.CompressedLength;
        var derivation = json.Object("kdf");
        if (derivation.Text("name") != Derivation) throw Unknown("kdf", Derivation);
        var cipher = json.Object("cipher");
        if (cipher.Text("name") != Cipher) throw Unknown("cipher", Cipher);
        var file = new KeyFile(
            kind, json.Hex("publicKey", keyLength, keyLength), ReadParameters(derivation),
            derivation.Hex("salt", Argon2id.SaltLength, Argon2id.SaltLength), cipher.Hex("nonce", NonceLength, NonceLength),
            cipher.Hex("text", PrivateKey.Length, PrivateKey.Length), cipher.Hex("tag", TagLength, TagLength));
        if (!file.Checksum().AsSpan().SequenceEqual(json.Hex("checksum", ChecksumLength, ChecksumLength)))
            throw KeyFileJson.Refuse(KeyStoreCodes.Damaged, "a checksum that fits", "another checksum");
        return file;
    }

    private static KeyFileParameters ReadParameters(KeyFileJson derivation)
    {
        var (memory, passes, lanes) = (derivation.Number("memoryKiB"), derivation.Number("passes"), derivation.Number("lanes"));
        var parameters = new KeyFileParameters((int)Math.Clamp(memory, 0, int.MaxValue), (int)Math.Clamp(passes, 0, int.MaxValue));
        return parameters.IsAllowed && lanes == 1 ? parameters : throw KeyFileJson.Refuse(
            KeyStoreCodes.Parameters,
            $"{KeyFileParameters.MinimumMemoryKiB} to {KeyFileParameters.MaximumMemoryKiB} KiB, at most {KeyFileParameters.MaximumPasses} passes",
            $"{memory} KiB, {passes} passes, {lanes} lanes");
    }

    /// <summary>Everything but the ciphertext and the tag, length-prefixed in a fixed order; the layout of the JSON does not matter.</summary>
    private byte[] AssociatedData()
    {
        var data = new ArrayBufferWriter<byte>();
        Append(data, Encoding.ASCII.GetBytes($"{Format}/{Version}/{KindName(Kind)}/{Derivation}/{Cipher}"));
        Append(data, _publicKey);
        var cost = new byte[12];
        BinaryPrimitives.WriteInt32BigEndian(cost, Parameters.MemoryKiB);
        BinaryPrimitives.WriteInt32BigEndian(cost.AsSpan(4), Parameters.Passes);
        BinaryPrimitives.WriteInt32BigEndian(cost.AsSpan(8), 1);
        Append(data, cost);
        Append(data, _salt);
        Append(data, _nonce);
        return data.WrittenSpan.ToArray();
    }

    private byte[] Checksum() => SHA256.HashData((byte[])[.. AssociatedData(), .. _cipherText, .. _tag])[..ChecksumLength];

    private static void Append(ArrayBufferWriter<byte> data, ReadOnlySpan<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(data.GetSpan(sizeof(int)), field.Length);
        data.Advance(sizeof(int));
        data.Write(field);
    }

    private static string KindName(KeyKind kind) => kind switch
    {
        KeyKind.Secp256k1 => "secp256k1",
        KeyKind.P256 => "p256",
        KeyKind.Ed25519 => "ed25519",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of key."),
    };

    private static KeyFileJson.RefusedException Unknown(string member, string expected) =>
        KeyFileJson.Refuse(KeyStoreCodes.UnknownVersion, $"{member}: {expected}", "something else");
}
