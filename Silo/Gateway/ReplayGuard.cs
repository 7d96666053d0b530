using System.Collections.Concurrent;
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

    /// <summary>Of a time that is forgotten already, since the clock was set back: whether it was seen cannot be told, and so it is not let through.</summary>
    Forgotten,
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

    private readonly ConcurrentDictionary<Name, NonceWindow> _windows = new();

    /// <summary>Remembers the nonce until <paramref name="until"/>, which is not before <paramref name="now"/>.</summary>
    /// <param name="key">A key that there is: others would take memory.</param>
    public NonceSight See(Name key, string nonce, Instant until, Instant now) =>
        _windows.GetOrAdd(key, static (_, max) => new(max), maxPerKey).See(NonceId.Of(nonce), until.UnixMs, now.UnixMs);

    /// <summary>Room that is kept for a key's nonces, remembered ones and empty.</summary>
    internal int RoomOf(Name key) => _windows.TryGetValue(key, out var window) ? window.Room : 0;
}
