using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Dapps;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Dapps;

/// <summary>What is known of one contract.</summary>
/// <param name="Key">Chain, slash, address.</param>
/// <param name="Seen">Null before the chain was asked.</param>
/// <param name="Changes">How often its code was seen to change.</param>
/// <param name="Looks">Numbers the readings that were wanted.</param>
/// <param name="IsLookWanted">The chain is still to be asked.</param>
/// <param name="Audits">By report; none of a code that is known not to be there.</param>
/// <param name="IsFollowed">A code of it was trusted: from then on operators hear of each change.</param>
/// <param name="Untold">The changes of which they have not heard yet, oldest first.</param>
public sealed record DappState(
    string Key,
    SeenCode? Seen,
    int Changes,
    int Looks,
    bool IsLookWanted,
    ImmutableArray<DappAudit> Audits,
    DappSource? Source,
    DappHolders? Holders,
    CallBook Calls,
    DappIncidents Incidents,
    DappOverride? Override,
    bool IsFollowed,
    ImmutableArray<CodeChange> Untold)
{
    /// <summary>Most audits of one contract.</summary>
    public const int MaxAudits = 16;

    /// <summary>Most changes that are kept until operators have heard of them; of more, the oldest are forgotten.</summary>
    public const int MaxUntold = 16;

    public static DappState Empty(string key) => new(key, null, 0, 0, false, [], null, null, CallBook.None, DappIncidents.None, null, false, []);

    /// <summary>Whether anything was ever said of it.</summary>
    [JsonIgnore]
    public bool IsKnown => Seen is not null || IsLookWanted || Incidents.Count > 0;

    /// <summary>
    /// Whether somebody's word makes the code that is there trusted: an override, or else its source, or an audit without a grave finding. Age and use alone do not.
    /// </summary>
    public bool IsTrustedAt(Instant at) => Seen is { Code: not null } && (Override is { } said && said.ExpiresAt > at
        ? said.TrustPerMille > 0
        : Source is not null || Audits.Any(audit => audit.ExpiresAt > at && audit.Open is { Critical: 0, High: 0 }));

    /// <summary>What is said of another code than the one that is there is out of date.</summary>
    public bool IsOutdated(ContractCode code) => Seen is { } seen && seen.Code != code;
}

/// <summary>The code of a contract became another.</summary>
/// <param name="Number">From 1, of each contract.</param>
/// <param name="From">Null: there was no contract.</param>
/// <param name="To">Null: there is none any more.</param>
/// <param name="WasTrusted">Whether the code before was trusted (<see cref="DappState.IsTrustedAt"/>).</param>
public sealed record CodeChange(int Number, ContractCode? From, ContractCode? To, bool WasTrusted);

/// <summary>This deployment's calls of one code: bounded, and a few of each day alone, so that nobody calls his way into trust in an afternoon.</summary>
/// <param name="Day">Since 1970, of the newest.</param>
public sealed record CallBook(int Settled, int Failed, int Day, int DaySettled, int DayFailed)
{
    /// <summary>Most of each kind that are counted.</summary>
    public const int Max = 1_000_000;

    /// <summary>Most of each kind that are counted on one day.</summary>
    public const int MaxOfDay = 8;

    public static CallBook None { get; } = new(0, 0, 0, 0, 0);

    /// <summary>Whether one more of this kind would be counted.</summary>
    public bool Takes(bool succeeded, int day) =>
        (succeeded ? Settled : Failed) < Max && (day != Day || (succeeded ? DaySettled : DayFailed) < MaxOfDay);

    public CallBook Add(bool succeeded, int day)
    {
        var today = day == Day ? this : this with { Day = day, DaySettled = 0, DayFailed = 0 };
        return succeeded
            ? today with { Settled = Settled + 1, DaySettled = today.DaySettled + 1 }
            : today with { Failed = Failed + 1, DayFailed = today.DayFailed + 1 };
    }
}

/// <summary>What went wrong with a contract, whatever code it ran.</summary>
/// <param name="LastAt">Without meaning where there was none.</param>
public sealed record DappIncidents(int Count, Instant LastAt)
{
    /// <summary>Most that are counted.</summary>
    public const int Max = 1_000;

    public static DappIncidents None { get; } = new(0, default);
}
