namespace TPWallet.Tests.Fuzzing;

/// <summary>
/// Seeded input for decoders: by turns random bytes and a mutation of a valid input, which reaches deeper; so exactly half are mutations. The
/// same seed gives the same inputs, so a failure is repeated by the seed that its message names.
/// </summary>
/// <param name="valid">Valid inputs to start mutations from.</param>
/// <param name="inForm">
/// A mutation that keeps the input's form, of one valid input with pieces of another; it takes the place of every second mutation by bytes.
/// </param>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> valid, Func<Random, byte[], byte[], byte[]>? inForm = null)
{
    /// <summary>Longest input of random bytes.</summary>
    private const int MaxNoise = 1024;

    private const int MaxMutations = 4;

    /// <summary>Bytes at the borders of RLP's ranges, and those that JSON is made of.</summary>
    private static readonly byte[] Telling = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff, .. "\"{}[],:\\0"u8];

    private readonly Random _random = new(seed);

    private int _noise;

    /// <summary>How many mutations were given.</summary>
    public int Mutations { get; private set; }

    public byte[] Next() => _noise > Mutations ? Mutation() : Noise();

    private byte[] Noise()
    {
        _noise++;
        var bytes = new byte[_random.Next(MaxNoise)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Mutation()
    {
        Mutations++;
        var start = valid[_random.Next(valid.Count)];
        if (inForm is not null && _random.Next(2) == 0) return inForm(_random, start, valid[_random.Next(valid.Count)]);
        List<byte> bytes = [.. start];
        for (var count = 1 + _random.Next(MaxMutations); count > 0; count--) Mutate(bytes);
        return [.. bytes];
    }

    private void Mutate(List<byte> bytes)
    {
        var at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        switch (bytes.Count == 0 ? 4 : _random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = Telling[_random.Next(Telling.Length)];
                break;
            case 2:
                bytes[at]++;
                break;
            case 3:
                bytes.RemoveAt(at);
                break;
            case 4:
                bytes.Insert(at, Telling[_random.Next(Telling.Length)]);
                break;
            case 5:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6:
                // A piece of the input again, elsewhere: lengths and offsets stop fitting.
                var piece = bytes.GetRange(at, Math.Min(_random.Next(64), bytes.Count - at));
                bytes.InsertRange(_random.Next(bytes.Count), piece);
                break;
            default:
                // A piece of another valid input in this one's place.
                var other = valid[_random.Next(valid.Count)];
                var length = Math.Min(_random.Next(64), Math.Min(other.Length, bytes.Count - at));
                for (var i = 0; i < length; i++) bytes[at + i] = other[i];
                break;
        }
    }
}
