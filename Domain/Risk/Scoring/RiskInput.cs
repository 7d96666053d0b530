using TPWallet.Domain.Risk.Profiles;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Risk.Scoring;

/// <summary>Everything that a score follows from. All of it is recorded: the profile by the events before the score, the rest in the score's own event.</summary>
/// <param name="PolicyHash">The canonical hash of <paramref name="Policy"/>.</param>
/// <param name="At">When it is judged.</param>
public sealed record RiskInput(RiskPolicy Policy, Bytes32 PolicyHash, RiskProfileState Profile, RiskPayment Payment, RiskContext Context, Instant At)
{
    private const long HourMs = 3_600_000;

    /// <summary>Hours since 1970.</summary>
    public int Hour => HourOf(At);

    public static int HourOf(Instant at) => (int)(at.UnixMs / HourMs);
}
