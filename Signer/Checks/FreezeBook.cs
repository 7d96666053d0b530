using System.Globalization;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Signer.Store;

namespace TPWallet.Signer.Checks;

/// <summary>
/// Freezes that members told this signer of, against the unfreezes of the lineage. Freezes are numbered from 1; an unfreeze names the one it
/// ends.
/// </summary>
/// <param name="Since">When the freeze in force was told, or null.</param>
internal readonly record struct FreezeBook(int Last, Instant? Since)
{
    public bool Frozen => Since is not null;

    /// <summary>The number that the next freeze has.</summary>
    public int Next => Last + 1;

    /// <summary>A freeze is named by its number in digits.</summary>
    public Name LastName => Last.ToString(CultureInfo.InvariantCulture);

    public static FreezeBook Read(IFactStore store, AccountId account, ImmutableArray<EnactedChange> lineage) => Read(store, account, EndedBy(lineage));

    /// <summary>The last freeze that a lineage ends, 0: none.</summary>
    public static int EndedBy(ImmutableArray<EnactedChange> lineage) => lineage.Select(static link => link.Proposal.Change).OfType<AccountChange.Unfreeze>()
        .Select(static unfreeze => unfreeze.FreezeNumber).DefaultIfEmpty(0).Max();

    public static FreezeBook Read(IFactStore store, AccountId account, int ended)
    {
        if (store.OfAccount(account, "frozen") is not [.., { Fact: Fact.Frozen frozen } told]) return new(ended, null);
        return new(Math.Max(frozen.Number, ended), frozen.Number > ended ? told.At : null);
    }
}
