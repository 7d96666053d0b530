using System.Buffers;
using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TPWallet.Grains.Shell;

/// <summary>
/// Writes the members of a closed union, byte for byte as the union's own contract does: the discriminator first, then the member. Through the union
/// each write goes the long way of System.Text.Json, with a stack of frames; a member's own contract has a generated writer.
/// </summary>
internal sealed class UnionWriter<T>
    where T : class
{
    private const int FirstSize = 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private readonly FrozenDictionary<Type, (byte[] Head, JsonTypeInfo Contract)> _members;

    /// <exception cref="ArgumentException">The contract is not that of a union.</exception>
    public UnionWriter(JsonTypeInfo<T> union)
    {
        var options = union.PolymorphismOptions ?? throw new ArgumentException($"{typeof(T)} is not a polymorphic union.");
        _members = options.DerivedTypes.ToFrozenDictionary(
            static member => member.DerivedType,
            member => (Head(options.TypeDiscriminatorPropertyName, (string)member.TypeDiscriminator!), union.Options.GetTypeInfo(member.DerivedType)));
    }

    /// <summary>The JSON, until this thread writes the next.</summary>
    public ReadOnlySpan<byte> Write(T value)
    {
        var (head, contract) = _members[value.GetType()];
        var buffer = _buffer ??= new(FirstSize);
        buffer.ResetWrittenCount();
        buffer.Write(head);
        var writer = _writer ??= new(buffer);
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, contract);
        writer.Flush();
        var written = MemoryMarshal.AsMemory(buffer.WrittenMemory).Span;
        // The member's own opening brace goes on with the object that the head has begun.
        if (written.Length == head.Length + "{}".Length)
        {
            written[head.Length] = (byte)'}';
            return written[..^1];
        }

        written[head.Length] = (byte)',';
        return written;
    }

    private static byte[] Head(string discriminator, string name)
    {
        var whole = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { [discriminator] = name });
        return whole[..^1];
    }
}
