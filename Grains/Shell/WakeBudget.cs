namespace TPWallet.Grains.Shell;

/// <summary>At most <see cref="PerSecond"/> wakes of one silo in any second's window, over all its sweepers.</summary>
public sealed class WakeBudget(TimeProvider time)
{
    public const int PerSecond = 500;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _windowStart = time.GetTimestamp();
    private int _left = PerSecond;

    /// <summary>Takes up to so many; what it does not give stays due for the next sweep.</summary>
    public int Take(int wanted)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_windowStart) >= Window) (_windowStart, _left) = (time.GetTimestamp(), PerSecond);
            var given = Math.Min(wanted, _left);
            _left -= given;
            return given;
        }
    }

    /// <summary>Gives back what was taken and not used.</summary>
    public void Return(int unused)
    {
        lock (_gate) _left = Math.Min(PerSecond, _left + unused);
    }
}
