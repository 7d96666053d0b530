using System.Numerics;

namespace TPWallet.Silo.Gateway;

/// <summary>
/// The nonces of one key: a table with open addressing and linear probing, at most three quarters full. What is over is dropped whenever the table must
/// grow or is full, never in between. What was dropped is known by its latest time, and nothing of such a time is taken again: so the answer is right
/// however the clock is set.
/// </summary>
/// <param name="max">Most nonces remembered.</param>
internal sealed class NonceWindow(int max)
{
    private const int LeastRoom = 16;

    /// <summary>A full table is looked through for what is over at most this often: it is long, and at the limit every request would do it.</summary>
    private const long LookPauseMs = 1_000;

    private readonly Lock _gate = new();
    private Slot[] _slots = [];
    private int _count;
    private long _lookedAt = -LookPauseMs;
    private long _soonestEnd = long.MaxValue;
    private long _droppedUntil = long.MinValue;

    /// <summary>Slots of the table.</summary>
    public int Room
    {
        get
        {
            lock (_gate)
                return _slots.Length;
        }
    }

    /// <summary>Remembers a nonce until an instant (Unix milliseconds, that one included) if it is not remembered yet.</summary>
    public NonceSight See(NonceId nonce, long until, long now)
    {
        lock (_gate)
        {
            if (until <= _droppedUntil || until < now) return NonceSight.Forgotten;
            if (_slots.Length > 0 && Find(_slots, nonce) is { IsEmpty: false } known && known.Until >= now) return NonceSight.Replayed;
            if (_count >= Math.Min(max, Most(_slots.Length)) && !MakeRoom(now)) return NonceSight.Full;
            ref var slot = ref Find(_slots, nonce);
            if (slot.IsEmpty) _count++;
            slot = new(nonce, until);
            _soonestEnd = Math.Min(_soonestEnd, until);
            return NonceSight.Fresh;
        }
    }

    private static int Most(int room) => room / 4 * 3;

    /// <summary>The nonce's slot, or the empty one where it belongs: there is always an empty one.</summary>
    private static ref Slot Find(Slot[] slots, NonceId nonce)
    {
        var mask = slots.Length - 1;
        var at = (int)nonce.High & mask;
        while (!slots[at].IsEmpty && slots[at].Nonce != nonce) at = (at + 1) & mask;
        return ref slots[at];
    }

    /// <summary>Drops what is over and makes the table fit the rest; false when there are as many as may be.</summary>
    private bool MakeRoom(long now)
    {
        if (_count >= max)
        {
            if (now <= _soonestEnd || (now >= _lookedAt && now - _lookedAt < LookPauseMs)) return false;
            _lookedAt = now;
        }

        var alive = 0;
        _soonestEnd = long.MaxValue;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.IsEmpty) continue;
            if (slot.Until < now)
            {
                _droppedUntil = Math.Max(_droppedUntil, slot.Until);
                continue;
            }

            _soonestEnd = Math.Min(_soonestEnd, slot.Until);
            alive++;
        }

        var slots = new Slot[Math.Max(LeastRoom, (int)BitOperations.RoundUpToPowerOf2((uint)(2 * alive)))];
        foreach (ref readonly var slot in _slots.AsSpan())
            if (!slot.IsEmpty && slot.Until >= now) Find(slots, slot.Nonce) = slot;
        (_slots, _count) = (slots, alive);
        return alive < max;
    }

    /// <param name="Until">Unix milliseconds; a slot never written has none.</param>
    private readonly record struct Slot(NonceId Nonce, long Until)
    {
        public bool IsEmpty => Nonce == default;
    }
}
