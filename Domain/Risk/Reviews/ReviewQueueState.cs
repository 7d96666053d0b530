using TPWallet.Domain.Machines;

namespace TPWallet.Domain.Risk.Reviews;

/// <summary>Keys of cases that wait for reviewers.</summary>
public sealed record ReviewQueueState(ImmutableSortedSet<StateKey> Cases)
{
    /// <summary>Most cases of one tenant that wait in the queue; beyond it a case tells again later, and is held and decided all the same.</summary>
    public const int Max = 10_000;

    /// <summary>Longest key of a case.</summary>
    public const int MaxKey = 256;
}
