namespace TPWallet.Tests.Simulation;

/// <summary>
/// Seeded randomness (SplitMix64, Steele et al. 2014): the same numbers in every process and release of .NET. Each part of a simulation forks its own,
/// so that one more draw in one part leaves the others as they were.
/// </summary>
internal sealed class Chance(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A stream of its own for the part of this name.</summary>
    public Chance Fork(string part)
    {
        var hash = _state;
        foreach (var letter in part) hash = unchecked((hash ^ letter) * 1099511628211);
        return new Chance(Mixed(hash));
    }

    public ulong Next()
    {
        _state = unchecked(_state + 0x9E3779B97F4A7C15);
        return Mixed(_state);
    }

    /// <summary>From 0 to below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True so many times out of a million.</summary>
    public bool Hit(int perMillion) => perMillion > 0 && Below(1_000_000) < perMillion;

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    public TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(Between(least, most));

    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        BitConverter.TryWriteBytes(bytes, Next());
        BitConverter.TryWriteBytes(bytes[8..], Next() | 1);
        return new Guid(bytes);
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var i = 0; i < count; i++) bytes[i] = (byte)Next();
        return bytes;
    }

    private static ulong Mixed(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }
}
