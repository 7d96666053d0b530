using System.Text.Json.Serialization;
using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Dapps;

/// <summary>The code that a contract runs. What is trusted is a code, never an address: another one there is another contract.</summary>
/// <param name="Hash">Keccak-256 of the runtime code.</param>
/// <param name="Implementation">What an EIP-1967 proxy calls; null for any other contract.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.code")]
public sealed record ContractCode(Bytes32 Hash, Address? Implementation)
{
    public override string ToString() => Implementation is { } behind ? $"{Hash}, a proxy of {behind}" : Hash.ToString();
}

/// <summary>What an audit found and is not mended.</summary>
[GenerateSerializer, Immutable, Alias("tpw.dapp.findings")]
public sealed record OpenFindings(int Critical, int High, int Medium, int Low)
{
    /// <summary>Most of one severity.</summary>
    public const int Max = 10_000;

    /// <summary>None was negative or more than <see cref="Max"/>.</summary>
    [JsonIgnore]
    public bool IsWellFormed => Critical is >= 0 and <= Max && High is >= 0 and <= Max && Medium is >= 0 and <= Max && Low is >= 0 and <= Max;
}

/// <summary>An audit of one code.</summary>
/// <param name="Report">Hash of the report, so that everybody can tell which one is meant; the same report again replaces what was said of it.</param>
/// <param name="At">When it was made.</param>
/// <param name="ExpiresAt">From then on it counts no more.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.audit")]
public sealed record DappAudit(Name Auditor, Bytes32 Report, ContractCode Code, Instant At, Instant ExpiresAt, OpenFindings Open)
{
    /// <summary>Longest time that an audit counts from when it is recorded, in hours: two years.</summary>
    public const int MaxLifeHours = 2 * 365 * 24;
}

/// <summary>Somebody compiled the published source and got this code.</summary>
/// <param name="DeployedAt">When it is said to have been deployed; null: nothing is said. A claim: it makes a contract younger, never older.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.source")]
public sealed record DappSource(ContractCode Code, Instant? DeployedAt);

/// <summary>What an operator says in place of the score, for one code and a time.</summary>
/// <param name="TrustPerMille">0 to <see cref="MaxTrust"/>.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.override")]
public sealed record DappOverride(ContractCode Code, int TrustPerMille, Instant ExpiresAt, string Reason)
{
    /// <summary>One person's word is worth no more: what asks for more trust asks for time, audits and use.</summary>
    public const int MaxTrust = 700;

    /// <summary>Longest life in hours: 90 days.</summary>
    public const int MaxLifeHours = 90 * 24;
}

/// <summary>The code that was read from the chain, and when it was first read.</summary>
/// <param name="Code">Null: no contract, or an account that lends its key's address to one (EIP-7702).</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.seen")]
public sealed record SeenCode(ContractCode? Code, Instant Since);

/// <summary>How many hold its tokens, as somebody said.</summary>
[GenerateSerializer, Immutable, Alias("tpw.dapp.holders")]
public sealed record DappHolders(long Count, Instant At)
{
    /// <summary>More is a mistake.</summary>
    public const long Max = 1_000_000_000_000;
}

/// <summary>A part of a trust score.</summary>
/// <param name="Name">Stable, for programs.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.part")]
public sealed record TrustPart(Name Name, int Points);

/// <summary>How far a contract is trusted, and why.</summary>
/// <param name="Version">Of the weights (docs/risk.md).</param>
/// <param name="PerMille">0 to 1000.</param>
/// <param name="Parts">What it is the sum of, within its bounds.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.trust")]
public sealed record DappTrust(int Version, int PerMille, ImmutableArray<TrustPart> Parts);

/// <summary>What is known of a contract.</summary>
/// <param name="Seen">Null: its code was not read yet; then it is not trusted.</param>
/// <param name="Changes">How often its code was seen to change. What was given for another code is gone.</param>
/// <param name="Settled">This deployment's own calls of this code that went well, as far as they are counted.</param>
/// <param name="Failed">Those that the chain took and reverted.</param>
[GenerateSerializer, Immutable, Alias("tpw.dapp.view")]
public sealed record DappView(
    SeenCode? Seen,
    int Changes,
    DappSource? Source,
    ImmutableArray<DappAudit> Audits,
    DappHolders? Holders,
    int Settled,
    int Failed,
    int Incidents,
    DappOverride? Override,
    DappTrust Trust);
