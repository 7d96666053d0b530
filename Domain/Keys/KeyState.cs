using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Keys;

/// <summary>One signing key of an account, and the requests to it.</summary>
/// <param name="Counter">Numbers every intent, so that no name is ever used twice.</param>
/// <param name="Requests">By order of arrival; those whose outcome the lane has heard stay for <see cref="MaxRemembered"/>.</param>
public sealed record KeyState(
    AccountId Account,
    Name Key,
    KeyStage Stage,
    long Counter,
    ImmutableSortedDictionary<long, KeyRequest> Requests,
    int Signed,
    int Refused)
{
    /// <summary>Requests without an outcome.</summary>
    public const int MaxPending = 64;

    /// <summary>Outcomes that are kept after the lane has heard them.</summary>
    public const int MaxRemembered = 64;

    [JsonIgnore]
    public string GrainKey => $"{Account}/{Key}";

    [JsonIgnore]
    public int Pending => Requests.Values.Count(r => r.Outcome is null);
}

/// <summary>Where the key stands. Append only: snapshots hold it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Absent), "absent")]
[JsonDerivedType(typeof(Creating), "creating")]
[JsonDerivedType(typeof(Denied), "denied")]
[JsonDerivedType(typeof(Active), "active")]
[JsonDerivedType(typeof(Retired), "retired")]
public abstract record KeyStage
{
    private KeyStage()
    {
    }

    public sealed record Absent : KeyStage;

    public sealed record Creating(ChainId Chain, Tier Tier, long Number) : KeyStage;

    /// <summary>The signer refused to make it; it can be asked again.</summary>
    public sealed record Denied(Rejection Rejection) : KeyStage;

    /// <param name="Attach">The number of the report to the account while that is owed.</param>
    public sealed record Active(KeyAttestation Attestation, long? Attach) : KeyStage;

    /// <summary>Signs no new spend; what is signed can still be closed.</summary>
    public sealed record Retired(KeyAttestation Attestation, long? Attach) : KeyStage;
}

/// <param name="Id">The lane's command id: the signer's request id, so that asking again gives the same bytes.</param>
/// <param name="Told">The lane has heard the outcome.</param>
public sealed record KeyRequest(Guid Id, LegRef Leg, ChainId Chain, Address Lane, SigningPayload Payload, SignOutcome? Outcome, bool Told);
