using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;

namespace TPWallet.Domain.Accounts;

/// <summary>
/// An operator's stop: no member's vote, no authority over funds. It holds new spending back inside Reserve and where a transfer starts, and at the two
/// questions that a lane asks before a first signature and a first sending (<see cref="AccountCommand.AdmitSpend"/>). Nothing else looks at it.
/// </summary>
internal static class Stopping
{
    internal static Decision<AccountEvent> Stop(AccountState.Open open, AccountCommand.StopByOperator command)
    {
        if (OperatorStop.CheckReason(command.Reason) is { } malformed) return malformed;

        // Who stopped it first stays on record; a second operator finds what he wants.
        return open.Stop is null ? new AccountEvent.OperatorStopped(command.Operator, command.Reason) : AccountDecider.Nothing;
    }

    internal static Decision<AccountEvent> Resume(AccountState.Open open, AccountCommand.ResumeByOperator command) =>
        open.Stop is null ? AccountDecider.Nothing : new AccountEvent.OperatorResumed(command.Operator);

    /// <summary>Null while new spending may begin.</summary>
    internal static Rejection? Refuse(AccountState.Open open) => open.Stop?.Refuse($"account {open.Id}");
}
