using System.Collections.Concurrent;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Peers;

/// <summary>How often each peer may ask what is known of channels.</summary>
internal sealed class AskQuota(TimeProvider time)
{
    /// <summary>Most questions of one peer in a minute: a whole answer is sixteen pages, and nobody need ask twice in half a minute.</summary>
    public const int MostInAMinute = 120;

    private readonly ConcurrentDictionary<Name, (long Minute, int Count)> _asked = new();

    /// <summary>Counts a question; false: it is one too many.</summary>
    public bool Take(Name peer)
    {
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        return _asked.AddOrUpdate(peer, (minute, 1), (_, asked) => asked.Minute == minute ? (minute, asked.Count + 1) : (minute, 1)).Count <= MostInAMinute;
    }
}
