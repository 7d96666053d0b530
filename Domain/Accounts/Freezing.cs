using TPWallet.Domain.Authority;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Accounts;

/// <summary>Freezing at once, by any member. It stops new reservations and transfers, never the end of what is under way.</summary>
internal static class Freezing
{
    internal static Decision<AccountEvent> Freeze(AccountState.Open open, AccountCommand.Freeze command, Stamp stamp)
    {
        // What the member wants holds already; a second freeze would only put a new number in the way of an unfreeze under way.
        if (open.Freeze.IsFrozen) return AccountDecider.Nothing;
        var number = open.Freeze.Number + 1;
        if (VoteCheck.Check(command.Vote, new VoteSubject.Freeze(open.Id, number), VoteTerms.Of(open.Governance), stamp) is { } rejection) return rejection;
        return command.Vote.Content.Decision == VoteDecision.Approve
            ? new AccountEvent.Frozen(number, command.Vote)
            : new Rejection(RejectionCode.Malformed, "an approval", "a veto");
    }

    /// <summary>The freeze that an incident brings, if there is none yet.</summary>
    internal static ImmutableArray<AccountEvent> ByIncident(AccountState.Open open, string? reason) => reason is null || open.Freeze.IsFrozen
        ? []
        : [new AccountEvent.FrozenByIncident(open.Freeze.Number + 1, reason)];
}
