namespace TPWallet.Tests.Fuzzing;

/// <summary>
/// Seeded input for decoders: half are random bytes, half are mutations of valid inputs, which reach deeper. The same seed gives the same
/// inputs, so a failure is repeated by the seed that its message names.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> valid, int maxLength = 1024)
{
    private const int MaxMutations = 4;

    /// <summary>Bytes at the borders of RLP's ranges, and those that JSON is made of.</summary>
    private static readonly byte[] Telling = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xff, .. "\"{}[],:\\0"u8];

    private readonly Random _random = new(seed);

    public int Seed => seed;

    public byte[] Next() => _random.Next(2) == 0 ? Noise() : Mutation();

    private byte[] Noise()
    {
        var bytes = new byte[_random.Next(maxLength)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Mutation()
    {
        List<byte> bytes = [.. valid[_random.Next(valid.Count)]];
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

/// <summary>Runs a decoder over fuzzed input: every input has to give a value or a typed refusal, and no exception.</summary>
internal static class Fuzz
{
    /// <summary>Inputs for each decoder (issue 2, "Done when").</summary>
    public const int Inputs = 100_000;

    /// <param name="seed">Names the run.</param>
    /// <param name="valid">Valid inputs to start mutations from.</param>
    /// <param name="refusalCode">The code of the refusal, or null where the input was accepted.</param>
    /// <returns>How often each code was given; "" counts the accepted.</returns>
    public static IReadOnlyDictionary<string, int> Run(int seed, IReadOnlyList<byte[]> valid, Func<byte[], string?> refusalCode)
    {
        var mutator = new Mutator(seed, valid);
        var codes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < Inputs; i++)
        {
            var input = mutator.Next();
            string code;
            try
            {
                code = refusalCode(input) ?? "";
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, input {i}: {Convert.ToHexString(input)}", exception);
            }

            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        Console.WriteLine($"seed {seed}: {string.Join(", ", codes.Select(static pair => $"{pair.Key}={pair.Value}"))}");
        return codes;
    }
}
