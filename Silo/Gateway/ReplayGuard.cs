using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>What a nonce's first sight said.</summary>
public enum NonceSight
{
    /// <summary>Never seen in its window.</summary>
    Fresh = 1,

    /// <summary>Seen before.</summary>
    Replayed,

    /// <summary>The guard can remember no more: nothing is let through unremembered.</summary>
    Full,
}

/// <summary>
/// Remembers the nonces of each key as long as their timestamps would be taken, so that a recorded request is taken once. Bounded per key: one key
/// cannot crowd out another. A restart forgets; a command replayed across it repeats its idempotency key and so changes nothing.
/// </summary>
/// <param name="maxPerKey">Most nonces remembered per key.</param>
public sealed class ReplayGuard(int maxPerKey = ReplayGuard.MaxPerKey)
{
    /// <summary>Most nonces remembered per key by default: 436 requests a second over ten minutes.</summary>
    public const int MaxPerKey = 262_144;

    private readonly Lock _lock = new();
    private readonly Dictionary<Name, Window> _windows = [];

    /// <summary>Remembers the nonce until <paramref name="until"/>.</summary>
    public NonceSight See(Name key, string nonce, Instant until, Instant now)
    {
        // 128 bits of a hash: a fixed size whatever the nonce.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(nonce.AsSpan()), hash);
        var id = BinaryPrimitives.ReadUInt128BigEndian(hash);
        lock (_lock)
        {
            if (!_windows.TryGetValue(key, out var window)) _windows.Add(key, window = new());
            window.Forget(now);
            if (window.Seen.Contains(id)) return NonceSight.Replayed;
            if (window.Seen.Count >= maxPerKey) return NonceSight.Full;
            window.Seen.Add(id);
            window.Ends.Enqueue(id, until.UnixMs);
            return NonceSight.Fresh;
        }
    }

    private sealed class Window
    {
        public HashSet<UInt128> Seen { get; } = [];

        public PriorityQueue<UInt128, long> Ends { get; } = new();

        public void Forget(Instant now)
        {
            while (Ends.TryPeek(out var id, out var end) && end < now.UnixMs)
            {
                Ends.Dequeue();
                Seen.Remove(id);
            }
        }
    }
}
