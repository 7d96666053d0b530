using TPWallet.Domain.Accounts;
using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Simulation;

/// <summary>
/// Caps over time, by the true time: whatever was reserved within any window of the policy's length, and neither given back for a reason on the chain nor
/// returned by who refused it, is at most the cap. Kept apart from the account's own windows and longer than it remembers its packets.
/// </summary>
internal sealed class WindowCheck(IJudge judge)
{
    private readonly Dictionary<(string Account, Name Packet, Name Leg), Entry> _legs = [];
    private Instant? _restoredAt;

    /// <summary>
    /// The journal was put back and its rows come again; what the lost tail reserved went out if it was signed. Until an operator ends the recovery, each
    /// window that reaches back beyond this instant is full.
    /// </summary>
    public void PutBack(Instant now, Action replay, Func<LegRef, bool> isSigned)
    {
        var before = _legs.ToArray();
        _legs.Clear();
        replay();
        _restoredAt = now;
        foreach (var (leg, entry) in before)
            if (isSigned(new(new(AccountId.Parse(leg.Account), leg.Packet), leg.Leg))) _legs.TryAdd(leg, entry);
    }

    /// <summary>An operator made sure that no limit was passed.</summary>
    public void RecoveryEnded() => _restoredAt = null;

    public void Add(Mirror stream, AccountState.Open open, AccountEvent @event, Moment when)
    {
        switch (@event)
        {
            case AccountEvent.Reserved { Reservation: var reservation }:
                foreach (var held in reservation.Legs.Values) _legs[(stream.Name.Key, reservation.Packet, held.Outflow.Leg)] = new(held.Outflow.Amounts, when);
                Capped(stream, open, reservation, when);
                break;
            case AccountEvent.LegReleased released when _legs.TryGetValue((stream.Name.Key, released.Packet, released.Leg), out var leg):
                leg.Counts = false;
                break;
            case AccountEvent.TransferReturned returned when _legs.TryGetValue((stream.Name.Key, returned.Leg.Packet.Id, returned.Leg.Leg), out var leg):
                leg.Counts = false;
                break;
            case AccountEvent.LegUnreleased back when _legs.TryGetValue((stream.Name.Key, back.Packet, back.Leg), out var leg):
                leg.Counts = true;
                break;
            default:
                break;
        }
    }

    private void Capped(Mirror stream, AccountState.Open open, PacketReservation reservation, Moment when)
    {
        foreach (var limit in open.Governance.Policy.Limits)
        {
            // Two readings of a clock may each be wrong by what all clocks have in common.
            var window = limit.Window.Ms - (2 * judge.CommonClockError.Ms);
            var gross = _legs.Where(leg => leg.Key.Account == stream.Name.Key && leg.Value.Counts && when.Last.UnixMs - leg.Value.When.First.UnixMs < window)
                .SelectMany(leg => leg.Value.Amounts).Where(amount => amount.Asset == limit.Asset)
                .Aggregate(UInt256.Zero, (sum, amount) => sum + amount.Value);
            if (_restoredAt is { } restored && when.Last.UnixMs - restored.UnixMs < window && reservation.Legs.Values.Any(leg => IsCounted(leg.Outflow, limit.Asset)))
                judge.Fail("window-full", $"{reservation.Packet} of {stream.Name.Key}: {limit.Asset} went out at {when.Last} although the journal was put back at {restored}");
            if (gross > limit.HardWindow)
                judge.Fail("hard-window", $"{reservation.Packet} of {stream.Name.Key}: {gross} of {limit.Asset} went out within {window} ms, at most {limit.HardWindow}");
        }
    }

    private static bool IsCounted(LegOutflow outflow, AssetId asset) =>
        !outflow.OwnMove && outflow.Amounts.Any(amount => amount.Asset == asset && !amount.Value.IsZero);

    private sealed class Entry(ImmutableArray<Amount> amounts, Moment when)
    {
        public ImmutableArray<Amount> Amounts => amounts;

        public Moment When => when;

        public bool Counts { get; set; } = true;
    }
}
