namespace TPWallet.Tests.Fuzzing;

/// <summary>Runs a decoder over fuzzed input: every input has to give a value or a typed refusal, and no exception.</summary>
internal static class Fuzz
{
    /// <summary>Inputs for each decoder (issue 2, "Done when").</summary>
    public const int Inputs = 100_000;

    /// <param name="seed">Names the run.</param>
    /// <param name="valid">Valid inputs to start mutations from.</param>
    /// <param name="refusalCode">The code of the refusal, or null where the input was accepted.</param>
    /// <param name="inForm">As <see cref="Mutator"/> takes it.</param>
    /// <returns>How often each code was given; "" counts the accepted.</returns>
    public static IReadOnlyDictionary<string, int> Run(
        int seed, IReadOnlyList<byte[]> valid, Func<byte[], string?> refusalCode, Func<Random, byte[], byte[], byte[]>? inForm = null)
    {
        var mutator = new Mutator(seed, valid, inForm);
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

        (codes.Values.Sum(), mutator.Mutations).Should().Be((Inputs, Inputs / 2));
        Console.WriteLine($"seed {seed}: {string.Join(", ", codes.Select(static pair => $"{pair.Key}={pair.Value}"))}");
        return codes;
    }
}
