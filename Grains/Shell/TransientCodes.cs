using TPWallet.Grains.Interfaces;

namespace TPWallet.Grains.Shell;

/// <summary>Refusals that decide nothing: the same command may be taken later.</summary>
internal static class TransientCodes
{
    internal static bool IsTransient(this RejectionCode code) =>
        code is RejectionCode.Retry or RejectionCode.Overloaded or RejectionCode.OutcomeUnknown or RejectionCode.ClockDoubtful or RejectionCode.UpgradeUnderway;
}
