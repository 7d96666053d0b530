using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>What watching found and the members must hear of. It moves nothing and freezes nothing: what the chain settles does.</summary>
internal static class Incidents
{
    /// <summary>How long the newest <see cref="AccountState.MaxIncidents"/> stand in the way of what only a pool shows.</summary>
    private static readonly Span _quiet = Span.Hours(1);

    internal static Decision<AccountEvent> Record(AccountState.Open open, AccountIncident incident, Stamp stamp) =>
        IsOfAPool(incident) && IsFlooded(open, stamp.Latest) ? AccountDecider.Nothing : new AccountEvent.IncidentTold(incident);

    internal static AccountState.Open Apply(AccountState.Open open, AccountEvent.IncidentTold told, Instant at) =>
        open with { Incidents = [.. open.Incidents.TakeLast(AccountState.MaxIncidents - 1), new(told.Incident, at)] };

    /// <summary>Anybody may pay an address and replace the payment, again and again and for nothing: no journal grows with it.</summary>
    private static bool IsOfAPool(AccountIncident incident) => incident is { By: not null, Block: null, Address: null };

    private static bool IsFlooded(AccountState.Open open, Instant now) =>
        open.Incidents.Length >= AccountState.MaxIncidents && open.Incidents[0].At + _quiet > now;
}
