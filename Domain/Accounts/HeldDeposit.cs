using System.Text.Json.Serialization;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>A deposit that is in the ledger and that nobody can spend yet.</summary>
/// <param name="Sources">Who paid, as far as the chain says.</param>
/// <param name="Score">The newest; null before the first.</param>
/// <param name="Case">The newest; null while none was opened.</param>
/// <param name="Turn">Numbers what it waits for, so that an answer is never taken for a later one.</param>
public sealed record HeldDeposit(
    Deposit Deposit, Tier Tier, ImmutableArray<Address> Sources, HoldStage Stage, DepositScore? Score, DepositCase? Case, long Turn, Instant Since)
{
    /// <summary>Most of one account that are screened, confirmed, reviewed or rejected. More are parked: in the ledger, and screened when others are decided.</summary>
    public const int Max = 4096;

    /// <summary>The same of one payer, so that nobody who is paid nothing back fills an account.</summary>
    public const int MaxOfPayer = 64;

    /// <summary>Most that are parked. Beyond it deposits wait outside the ledger, and are asked for again.</summary>
    public const int MaxParked = 16_384;

    /// <summary>Who is taken for its payer where places are counted; empty where the chain shows none.</summary>
    [JsonIgnore]
    public string Payer => PayerOf(Sources);

    internal static string PayerOf(ImmutableArray<Address> sources) => sources.IsEmpty ? "" : sources[0].Value;

    /// <summary>The same for each look at it.</summary>
    [JsonIgnore]
    public Guid Id => IdOf(Deposit);

    /// <summary>The deposit's id in the risk profile, in its cases' keys and in the API.</summary>
    public static Guid IdOf(Deposit deposit) => IdOf(deposit.Account, deposit.Ref);

    internal static Guid IdOf(AccountId account, DepositRef deposit) => EffectId.Of(AccountDecider.Kind, account, $"deposit/{deposit}");

    /// <summary>The key of a case of it: no packet's name has a colon.</summary>
    public static string CaseKey(AccountId account, Guid deposit, long number) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{account}/{CaseName(deposit)}/{number}");

    /// <summary>The deposit in the key of a case, where packets have their name.</summary>
    public static string CaseName(Guid deposit) => $"{CasePrefix}{deposit:N}";

    /// <summary>Reads a <see cref="CaseName"/>.</summary>
    public static bool TryParseCase(string name, out Guid deposit)
    {
        deposit = default;
        return name.StartsWith(CasePrefix, StringComparison.Ordinal) && Guid.TryParseExact(name.AsSpan(CasePrefix.Length), "N", out deposit);
    }

    internal static StateKey KeyOf(Guid id) => new(id.ToString("N"));

    private const string CasePrefix = "deposit:";
}
