using TPWallet.Domain.Authority;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Client.Devices;

/// <summary>
/// An account's governance as this device worked it out itself, from the account id alone: the genesis hashes to the id, every enacted change is verified
/// by its votes. A silo that lies about members, policy or deployment is noticed here, before anything is signed.
/// </summary>
public sealed class TrustedAccount
{
    private TrustedAccount(Governance governance, Bytes32 head, int freezeNumber, bool frozen) =>
        (Governance, Head, FreezeNumber, Frozen) = (governance, head, freezeNumber, frozen);

    /// <summary>Roster and policy in force, with their hashes.</summary>
    public Governance Governance { get; }

    /// <summary>The journal head that the silo showed; goes into votes as evidence of a fork.</summary>
    public Bytes32 Head { get; }

    /// <summary>Freezes so far, as the silo says.</summary>
    public int FreezeNumber { get; }

    /// <summary>Whether it is frozen, as the silo says.</summary>
    public bool Frozen { get; }

    internal VoteTerms Terms => VoteTerms.Of(Governance);

    /// <summary>Checks what the silo showed of the account against its id.</summary>
    /// <param name="id">The id that the member knows: kept by the device, not taken from the silo.</param>
    /// <param name="now">The device's time: no enacted change may lie after it.</param>
    public static Answer<TrustedAccount> Check(AccountId id, AccountView view, AccountLineage lineage, Instant now)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(lineage);
        if (view.Id != id) return Refuse(RejectionCode.GenesisMismatch, $"account {id}", $"account {view.Id}");
        var founded = Canonical.AccountId(lineage.Genesis);
        if (founded != id) return Refuse(RejectionCode.GenesisMismatch, $"a genesis of {id}", $"a genesis of {founded}");
        return Lineage.Replay(lineage.Genesis, lineage.Changes, now) switch
        {
            Replayed.Broken broken => new Answer<TrustedAccount>.Refused(broken.Rejection),
            Replayed.Whole whole when Mismatch(whole.Governance, view) is { } mismatch => new Answer<TrustedAccount>.Refused(mismatch),
            Replayed.Whole whole => new Answer<TrustedAccount>.Given(new(whole.Governance, view.Head, view.FreezeNumber, view.Frozen)),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>What the view says of roster and policy, and what stands in it, must both be what the lineage gives.</summary>
    private static Rejection? Mismatch(Governance governance, AccountView view) =>
        Differs("roster hash", governance.RosterHash, view.RosterHash)
        ?? Differs("roster hash", governance.RosterHash, Canonical.Hash(view.Roster))
        ?? Differs("policy hash", governance.PolicyHash, view.PolicyHash)
        ?? Differs("policy hash", governance.PolicyHash, Canonical.Hash(view.Policy));

    private static Rejection? Differs(string what, Bytes32 expected, Bytes32 actual) =>
        expected == actual ? null : new(RejectionCode.LineageBroken, $"{what} {expected}", $"{what} {actual}");

    private static Answer<TrustedAccount>.Refused Refuse(RejectionCode code, string expected, string actual) => new(new(code, expected, actual));
}
