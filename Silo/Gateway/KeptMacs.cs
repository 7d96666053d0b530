using System.Security.Cryptography;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Silo.Gateway;

/// <summary>Keyed MACs of one API key, of which each serves one request at a time; as many are kept as there are processors.</summary>
internal sealed class KeptMacs(HexBytes secret)
{
    private readonly IncrementalHash?[] _idle = new IncrementalHash?[Environment.ProcessorCount];

    /// <summary>HMAC-SHA256 under the secret, with nothing appended.</summary>
    public IncrementalHash Take() =>
        Interlocked.Exchange(ref Here, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret.Span);

    /// <summary>Takes one back that was used to its end. One that failed half-way is not to come back.</summary>
    public void Keep(IncrementalHash mac)
    {
        if (Interlocked.CompareExchange(ref Here, mac, null) is not null) mac.Dispose();
    }

    private ref IncrementalHash? Here => ref _idle[Thread.GetCurrentProcessorId() % _idle.Length];
}
