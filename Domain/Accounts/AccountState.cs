using System.Text.Json.Serialization;
using TPWallet.Domain.Authority;
using TPWallet.Domain.Ledger;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Interfaces.Votes;

namespace TPWallet.Domain.Accounts;

/// <summary>An account before and after its registration.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "state")]
[JsonDerivedType(typeof(Unregistered), "unregistered")]
[JsonDerivedType(typeof(Open), "open")]
public abstract record AccountState
{
    /// <summary>Incidents that are shown; older ones are in the account's events.</summary>
    public const int MaxIncidents = 16;

    private AccountState()
    {
    }

    /// <summary>Nothing but transfers that were refused for want of an account; a refusal given is kept when the account comes to be.</summary>
    public sealed record Unregistered(AccountId Id, ImmutableSortedDictionary<StateKey, Rejection> Tombstones) : AccountState;

    /// <param name="Changes">Proposed and not yet enacted.</param>
    /// <param name="Packets">Packets that reserved and are under way, or that a reorg may come back to (<see cref="Forgetting"/>).</param>
    /// <param name="Tombstones">Transfers refused for ever, by leg.</param>
    /// <param name="Deposits">By "chain|transaction".</param>
    /// <param name="OwnReceipts">Assets that a posted leg of this account received, by "chain|transaction".</param>
    /// <param name="Ended">Packets and deposits that are over, with when they are forgotten.</param>
    /// <param name="Floors">By chain: deposits at or below this block are settled and forgotten.</param>
    /// <param name="Intents">By intent name.</param>
    public sealed record Open(
        Governance Governance,
        ImmutableArray<EnactedChange> Lineage,
        FreezeState Freeze,
        ImmutableSortedDictionary<Name, KeyEntry> Keys,
        ImmutableSortedDictionary<Name, OpenChange> Changes,
        LedgerBook Ledger,
        LimitWindows Windows,
        ImmutableSortedDictionary<Name, PacketReservation> Packets,
        ImmutableSortedDictionary<StateKey, Rejection> Tombstones,
        ImmutableSortedDictionary<StateKey, ImmutableArray<Deposit>> Deposits,
        ImmutableSortedDictionary<StateKey, ImmutableArray<AssetId>> OwnReceipts,
        ForgetQueue Ended,
        ImmutableSortedDictionary<ChainId, ulong> Floors,
        ImmutableSortedDictionary<StateKey, AccountIntent> Intents)
        : AccountState
    {
        private readonly OwedIntents _owed = new();

        /// <summary>Null while no operator holds new spending back.</summary>
        public OperatorStop? Stop { get; init; }

        /// <summary>The newest erasure of personal texts.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ErasureState? Erased { get; init; }

        /// <summary>How many of <see cref="Packets"/> are not over: kept as a number, since those that are over stay for days.</summary>
        public int UnderWay { get; init; }

        /// <summary>Deposits that nobody can spend yet, by their id.</summary>
        public ImmutableSortedDictionary<StateKey, HeldDeposit> Held { get; init; } = ImmutableSortedDictionary<StateKey, HeldDeposit>.Empty;

        /// <summary>Rejected deposits that are given back, by id: the leg that does it, or did.</summary>
        public ImmutableSortedDictionary<StateKey, LegRef> Returning { get; init; } = ImmutableSortedDictionary<StateKey, LegRef>.Empty;

        /// <summary>Numbers what is owed for held deposits, and their cases.</summary>
        public long Holds { get; init; }

        /// <summary>Released deposits on chains of the Bitcoin family, by id: this account told their lanes of the coin.</summary>
        public ImmutableSortedSet<StateKey> Lodged { get; init; } = [];

        /// <summary>The newest incidents of watching, newest last.</summary>
        public ImmutableArray<ToldIncident> Incidents { get; init; } = [];

        [JsonIgnore]
        public AccountId Id => Governance.Account;

        [JsonIgnore]
        public ImmutableArray<OwnAddress> Own =>
            [.. Keys.Values.OfType<KeyEntry.Attached>().Select(key => new OwnAddress(key.Attestation.Chain, key.Attestation.Address, key.Attestation.Tier))];

        /// <summary>The effects of what is owed, by name.</summary>
        internal ImmutableSortedDictionary<string, Effect> Owed() => _owed.Of(Id, Intents);

        /// <summary>An asset whose available balance is a debt, or null: then nothing may go out.</summary>
        public AssetId? InDeficit() => Ledger.InDeficit(Book.Available);
    }
}

/// <summary>Who had the account's personal texts erased, why and when. Erasures are numbered, so that each is owed under a name of its own.</summary>
public sealed record ErasureState(int Number, Name Operator, string Because, Instant At);

/// <summary>Whether the account is frozen. Freezes are numbered, so that an unfreeze means one of them.</summary>
public sealed record FreezeState(bool IsFrozen, int Number);

/// <summary>A signing key of the account.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Requested), "requested")]
[JsonDerivedType(typeof(Attached), "attached")]
public abstract record KeyEntry
{
    private KeyEntry()
    {
    }

    public sealed record Requested(ChainId Chain, Tier Tier) : KeyEntry;

    public sealed record Attached(KeyAttestation Attestation) : KeyEntry;
}

/// <summary>A change under way: collecting votes until it lapses, or carried and waiting for its time lock.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "stage")]
[JsonDerivedType(typeof(Voting), "voting")]
[JsonDerivedType(typeof(Waiting), "waiting")]
public abstract record OpenChange
{
    private OpenChange(ChangeProposal proposal, ImmutableArray<Vote> votes) => (Proposal, Votes) = (proposal, votes);

    public ChangeProposal Proposal { get; init; }

    public ImmutableArray<Vote> Votes { get; init; }

    public sealed record Voting(ChangeProposal Proposal, ImmutableArray<Vote> Votes, Instant LapsesAt) : OpenChange(Proposal, Votes);

    public sealed record Waiting(ChangeProposal Proposal, ImmutableArray<Vote> Votes, Instant EnactableAt) : OpenChange(Proposal, Votes);
}
