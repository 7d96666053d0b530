using System.Text.Json.Serialization;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Rest;

/// <summary>What an API key lets its program ask for. None of it but <see cref="Channels"/> moves funds: that takes votes of members' devices.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApiScope>))]
public enum ApiScope
{
    /// <summary>Views and event streams.</summary>
    Read = 1,

    /// <summary>Handing in drafts, proposals, votes, freezes and changes.</summary>
    Propose = 2,

    /// <summary>Registering accounts and requesting signing keys.</summary>
    Admin = 3,

    /// <summary>
    /// Stopping and resuming new spending of accounts and chains, and taking nodes out of use. It can delay; it moves nothing and ends no defence.
    /// </summary>
    Operator = 4,

    /// <summary>Deciding payments that their risk holds. Two keys are needed; they lift the hold, never a quorum.</summary>
    Review = 5,

    /// <summary>An outside screening service: reading what it is asked, and handing in its verdicts. It can hold and reject; it lets go only what waits for it alone.</summary>
    Screen = 6,

    /// <summary>
    /// Paying through payment channels: moves what the account deposited in channels and earned there, under a mandate that the members voted for the channel's
    /// key, and nothing else.
    /// </summary>
    Channels = 7,
}

/// <summary>A program's credential at the gateway.</summary>
/// <param name="Secret">32 random bytes; the HMAC key of <see cref="RequestSignature"/>.</param>
/// <param name="Accounts">Account ids that it may name, or "*" for every account of the tenant.</param>
public sealed record ApiKey(Name Id, HexBytes Secret, Name Tenant, ImmutableArray<string> Accounts, ImmutableArray<ApiScope> Scopes)
{
    /// <summary>Length of a secret in bytes.</summary>
    public const int SecretLength = 32;

    /// <summary>Stands for every account of the tenant.</summary>
    public const string AllAccounts = "*";

    /// <summary>Says nothing of the secret, so that a log cannot.</summary>
    public override string ToString() => $"ApiKey {Id} of {Tenant}";
}

/// <summary>The content of <c>apikeys.json</c>: at most <see cref="MaxKeys"/> keys. It holds secrets: mode 0600.</summary>
public sealed record ApiKeyRing(ImmutableArray<ApiKey> Keys)
{
    /// <summary>Most keys in one file.</summary>
    public const int MaxKeys = 1024;

    /// <summary>The file's name in a silo's data folder.</summary>
    public const string FileName = "apikeys.json";
}
