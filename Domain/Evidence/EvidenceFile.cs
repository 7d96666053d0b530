using System.Text.Json;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Evidence;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Evidence;

/// <summary>
/// An evidence pack as a file: canonical JSON. What a reader would skip or read in two ways is refused (unknown fields, null in a list, white
/// space), so that every byte of the file means something.
/// </summary>
public static class EvidenceFile
{
    /// <summary>Longest file in bytes.</summary>
    public const int MaxBytes = 256 << 20;

    private const int MaxDepth = 32;

    public static byte[] Write(EvidencePack pack) => JsonSerializer.SerializeToUtf8Bytes(pack, ContractJson.Default.EvidencePack);

    /// <summary>Reads and verifies; a file that does not read is refused at step "file".</summary>
    public static EvidenceVerdict Verify(AccountId account, ReadOnlySpan<byte> file, IChainEvidence chain) =>
        Read(file, out var refusal) is { } pack ? EvidenceVerifier.Verify(account, pack, chain) : new EvidenceVerdict.Refused("file", refusal!);

    /// <summary>The pack, or null with the refusal: TooLarge, Malformed.</summary>
    public static EvidencePack? Read(ReadOnlySpan<byte> file, out Rejection? refusal)
    {
        refusal = file.Length > MaxBytes ? new(RejectionCode.TooLarge, $"at most {MaxBytes} bytes", $"{file.Length}") : null;
        if (refusal is not null) return null;
        try
        {
            var pack = HasNullInList(file) ? null : JsonSerializer.Deserialize(file, ContractJson.Default.EvidencePack);
            if (pack is not null && Write(pack).AsSpan().SequenceEqual(file)) return pack;
            refusal = new(RejectionCode.Malformed, "the canonical text of an evidence pack", "another text");
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or InvalidOperationException
            or NotSupportedException or ArgumentException)
        {
            refusal = new(RejectionCode.Malformed, "an evidence pack as JSON", malformed.GetType().Name);
        }

        return null;
    }

    /// <summary>The serializer lets null into a list of references whatever their annotation.</summary>
    private static bool HasNullInList(ReadOnlySpan<byte> file)
    {
        var reader = new Utf8JsonReader(file, new JsonReaderOptions { MaxDepth = MaxDepth });
        Span<bool> inList = stackalloc bool[MaxDepth + 2];
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                inList[reader.CurrentDepth + 1] = reader.TokenType == JsonTokenType.StartArray;
            else if (reader.TokenType == JsonTokenType.Null && inList[reader.CurrentDepth])
                return true;
        }

        return false;
    }
}
