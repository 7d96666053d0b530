using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Silo.Composition;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// How much one API key may ask of this silo, so that no program takes what the others need. What is beyond is refused at once
/// (<see cref="RejectionCode.QuotaExceeded"/>), never queued. Counted per silo: with n silos behind one address a key has n times as much.
/// </summary>
/// <param name="perSecond">Requests per second, with as many at once after a quiet second; 0: no limit.</param>
/// <param name="inFlight">Requests that are being answered at once; 0: no limit.</param>
public sealed class KeyQuotas(TimeProvider clock, int perSecond, int inFlight)
{
    /// <summary>Configuration: requests per second of one key.</summary>
    public const string PerSecondKey = "Quota:RequestsPerSecond";

    /// <summary>Configuration: requests of one key at once.</summary>
    public const string InFlightKey = "Quota:InFlight";

    public const int DefaultPerSecond = 10_000;
    public const int DefaultInFlight = 1_024;

    private readonly TimeProvider _clock = clock;
    private readonly int _perSecond = perSecond;
    private readonly int _inFlight = inFlight;
    private readonly ConcurrentDictionary<Name, Share> _shares = new();

    /// <exception cref="SetUpException">A number that is none.</exception>
    public static KeyQuotas Read(IConfiguration configuration, TimeProvider clock) => new(
        clock, Number(configuration, PerSecondKey, DefaultPerSecond), Number(configuration, InFlightKey, DefaultInFlight));

    /// <summary>Lets a request in, until the lease is disposed, or says why not.</summary>
    /// <param name="key">A key that there is: others would take memory.</param>
    public (IDisposable? Lease, Rejection? Rejection) Enter(Name key) =>
        _shares.GetOrAdd(key, static (_, quotas) => new(quotas), this).Enter();

    internal static int Number(IConfiguration configuration, string key, int otherwise)
    {
        var text = configuration[key];
        if (string.IsNullOrEmpty(text)) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SetUpException($"Configuration key {key}: expected a whole number, 0 for no limit, got \"{text}\".");
    }

    /// <summary>One key's share: a bucket that fills with time and holds a second's worth, and the requests under way.</summary>
    private sealed class Share(KeyQuotas quotas)
    {
        private readonly Lock _lock = new();
        private readonly int _perSecond = quotas._perSecond;
        private readonly int _inFlight = quotas._inFlight;
        private readonly TimeProvider _clock = quotas._clock;
        private double _tokens = quotas._perSecond;
        private long _filledAt = quotas._clock.GetTimestamp();
        private int _running;

        public (IDisposable? Lease, Rejection? Rejection) Enter()
        {
            lock (_lock)
            {
                if (_inFlight > 0 && _running >= _inFlight)
                    return (null, new(RejectionCode.QuotaExceeded, $"at most {_inFlight} requests of a key at once", $"{_running} under way"));
                if (_perSecond > 0)
                {
                    var now = _clock.GetTimestamp();
                    _tokens = Math.Min(_perSecond, _tokens + (_clock.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
                    _filledAt = now;
                    if (_tokens < 1) return (null, new(RejectionCode.QuotaExceeded, $"at most {_perSecond} requests of a key per second", "more"));
                    _tokens--;
                }

                _running++;
                return (new Lease(this), null);
            }
        }

        private void Leave()
        {
            lock (_lock) _running--;
        }

        private sealed class Lease(Share share) : IDisposable
        {
            private int _left;

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _left, 1) == 0) share.Leave();
            }
        }
    }
}
