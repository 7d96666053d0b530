using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels.Three;

/// <summary>What ChannelManager stores of a channel (Contracts/channels, Record).</summary>
/// <param name="Funds">What each has deposited; once settled, what of each one's locks is unresolved.</param>
/// <param name="Resolved">A bit for each lock that is resolved: A's from bit 0, B's from bit 32.</param>
/// <param name="State">Struct hash of the state that is closing or settled.</param>
internal sealed record ModelRecord(SidePair Funds, ulong Nonce, ulong ClosesAt, ulong Limit, bool IsSettled, ulong Resolved, Bytes32 State)
{
    /// <summary>All that each has withdrawn; nothing once settled.</summary>
    internal SidePair Withdrawn { get; init; }

    internal static ModelRecord None { get; } = new(default, 0, 0, 0, false, 0, default);

    internal ChannelStage Stage => Funds.Sum.IsZero ? ChannelStage.Gone : IsSettled ? ChannelStage.Settled : ClosesAt != 0 ? ChannelStage.Closing : ChannelStage.Open;
}

/// <summary>What a party may be paid out, and how often it was.</summary>
internal readonly record struct ModelAccount(UInt256 Credit, ulong Pulls);

/// <param name="ClosesAt">The last second of its window; 0: both ended it together.</param>
internal sealed record ModelEnd(ChannelBook Book, ulong ClosesAt);

/// <summary>When a secret became public, and the secret.</summary>
internal readonly record struct Registration(ulong Second, Bytes32 Secret);

/// <summary>
/// ChannelManager as a value, call by call as in Contracts/channels/src: each block has one, so that a reorg goes back to an older one. A call that the contract would revert throws
/// <see cref="RevertException"/>.
/// </summary>
/// <param name="Owed">Channels' funds and parties' credits together.</param>
/// <param name="PaidOut">What each party was paid out, at its own address.</param>
/// <param name="PaidIn">All that each party has deposited.</param>
/// <param name="Ended">By which state a channel's free balances were credited.</param>
internal sealed partial record ModelContract(
    ImmutableDictionary<Bytes32, ModelRecord> Records,
    ImmutableDictionary<Address, ModelAccount> Accounts,
    ImmutableDictionary<Bytes32, Registration> Registry,
    ImmutableDictionary<Address, UInt256> PaidOut,
    UInt256 Owed,
    ImmutableDictionary<Bytes32, ModelEnd> Ended,
    ImmutableDictionary<Address, UInt256> PaidIn)
{
    internal const ulong Window = 3_000;

    /// <summary>What its events say of channels' money, oldest first.</summary>
    internal ImmutableList<(Bytes32 Channel, ContractEntry Entry)> Log { get; init; } = [];

    private const int BitsOfB = 32;

    internal static ModelContract Empty { get; } = new(
        ImmutableDictionary<Bytes32, ModelRecord>.Empty, ImmutableDictionary<Address, ModelAccount>.Empty, ImmutableDictionary<Bytes32, Registration>.Empty,
        ImmutableDictionary<Address, UInt256>.Empty, UInt256.Zero, ImmutableDictionary<Bytes32, ModelEnd>.Empty,
        ImmutableDictionary<Address, UInt256>.Empty);

    internal ModelRecord Find(Bytes32 id) => Records.GetValueOrDefault(id) ?? ModelRecord.None;

    internal ModelAccount AccountOf(Address party) => Accounts.GetValueOrDefault(party);

    /// <summary>What is owed is what channels hold and parties may have paid out.</summary>
    internal bool IsConserved => Records.Values.Aggregate(UInt256.Zero, static (sum, record) => sum + record.Funds.Sum - record.Withdrawn.Sum)
        + Accounts.Values.Aggregate(UInt256.Zero, static (sum, account) => sum + account.Credit) == Owed;

    /// <summary>Opens a channel by a first deposit, or adds to one.</summary>
    internal ModelContract Deposit(ChannelFacts facts, ChannelSide side, UInt256 amount, bool opens)
    {
        var record = Find(ChannelDomain.Id(facts));
        if (opens ? record != ModelRecord.None : record.Stage != ChannelStage.Open) throw new RevertException("NotOpen");
        var party = facts.PartyOf(side);
        record = record with { Funds = record.Funds.Plus(side, amount) };
        return With(facts, record).Tell(facts, ContractEntryKind.Deposited, 0, default(SidePair).With(side, record.Funds.Of(side))) with { Owed = Owed + amount, PaidIn = PaidIn.SetItem(party, PaidIn.GetValueOrDefault(party) + amount) };
    }

    /// <summary>What one side of a channel says to the contract.</summary>
    internal ModelContract Apply(ChannelFacts facts, UInt256 floor, UInt256 cap, ChannelCall call, ulong second) => call switch
    {
        ChannelCall.CloseTogether { State: var state } => CloseTogether(facts, floor, cap, state),
        ChannelCall.Close close => Close(facts, floor, cap, close, second),
        ChannelCall.Challenge { State: var state } => Challenge(facts, cap, state, second),
        ChannelCall.Register { Known: var known } => Register(known, second),
        ChannelCall.Settle { Book: var book } => Settle(facts, floor, cap, book, second),
        ChannelCall.Resolve { Book: var book } => Resolve(facts, floor, book, second),
        ChannelCall.Withdraw withdraw => Withdraw(facts, withdraw, second),
        ChannelCall.Pull pull => Pull(facts, pull, second),
        _ => throw new UnreachableException(),
    };

    private ModelContract CloseTogether(ChannelFacts facts, UInt256 floor, UInt256 cap, CoSigned state)
    {
        var record = Find(ChannelDomain.Id(facts));
        Require(record.Stage is ChannelStage.Open or ChannelStage.Closing, "NotOpen");
        var signed = ContractState.Of(state.Book, floor);
        Require(signed.Nonce == ChannelBook.FinalNonce && signed.LockedA.IsZero && signed.LockedB.IsZero, "NotFinal");
        RequireBoth(facts, signed, state);
        var shares = Shares(record, signed, cap);
        var id = ChannelDomain.Id(facts);
        return Credit(facts, shares).Tell(facts, ContractEntryKind.Settled, signed.Nonce, shares) with { Records = Records.Remove(id), Ended = Ended.Add(id, new(state.Book, record.ClosesAt)) };
    }

    private ModelContract Close(ChannelFacts facts, UInt256 floor, UInt256 cap, ChannelCall.Close close, ulong second)
    {
        var (id, domain, book) = (ChannelDomain.Id(facts), ChannelDomain.Of(facts), close.Demand.Book);
        var record = Find(id);
        Require(record.Stage == ChannelStage.Open, "NotOpen");
        var state = ContractState.Of(book, floor);
        Require(second <= close.Demand.Expiry, "Expired");
        Require(ChannelSignature.IsBy(facts.PartyOf(close.Us), domain.Close(state.Hash(id), close.Demand.Expiry), close.Signature), "WrongSigner");
        if (book.Nonce != 0) Require(close.PeerSignature is { } peer && ChannelSignature.IsBy(facts.PartyOf(close.Us.Other()), domain.State(id, state), peer), "WrongSigner");
        else Require(book.Deposited.Sum.IsZero, "UnsignedStateNotEmpty");
        Shares(record, state, cap);
        return With(facts, record with { Nonce = book.Nonce, ClosesAt = second + Window, Limit = second + (2 * Window), State = state.Hash(id) });
    }

    private ModelContract Challenge(ChannelFacts facts, UInt256 cap, SignedState state, ulong second)
    {
        var id = ChannelDomain.Id(facts);
        var record = Find(id);
        Require(record.Stage == ChannelStage.Closing, "NotClosing");
        Require(second < record.ClosesAt, "WindowOver");
        Require(state.State.Nonce > record.Nonce, "NonceNotHigher");
        Require(state.IsOf(facts), "WrongSigner");
        var signed = state.State;
        Shares(record, signed, cap);
        return With(facts, record with { Nonce = signed.Nonce, ClosesAt = Math.Min(second + Window, record.Limit), State = signed.Hash(id) });
    }

    private ModelContract Register(KnownSecret known, ulong second)
    {
        var target = Bytes32.From(System.Security.Cryptography.SHA256.HashData(known.Secret.ToArray()));
        return Registry.ContainsKey(target) ? this : this with { Registry = Registry.Add(target, new(second, known.Secret)) };
    }

    private ModelContract Settle(ChannelFacts facts, UInt256 floor, UInt256 cap, ChannelBook book, ulong second)
    {
        var id = ChannelDomain.Id(facts);
        var record = Find(id);
        Require(record.Stage == ChannelStage.Closing, "NotClosing");
        Require(second >= record.ClosesAt, "WindowNotOver");
        var state = ContractState.Of(book, floor);
        Require(state.Hash(id) == record.State, "WrongState");
        var locked = new SidePair(state.LockedA, state.LockedB);
        var shares = Shares(record, state, cap);
        var credited = Credit(facts, shares).Tell(facts, ContractEntryKind.Settled, state.Nonce, shares) with { Ended = Ended.Add(id, new(book, record.ClosesAt)) };
        return locked.Sum.IsZero
            ? credited with { Records = Records.Remove(id) }
            : credited.With(facts, record with { Funds = locked, Withdrawn = default, ClosesAt = 0, IsSettled = true });
    }

    private ModelContract Resolve(ChannelFacts facts, UInt256 floor, ChannelBook book, ulong second)
    {
        var id = ChannelDomain.Id(facts);
        var record = Find(id);
        Require(record.Stage == ChannelStage.Settled, "NotSettled");
        var state = ContractState.Of(book, floor);
        Require(state.Hash(id) == record.State, "WrongState");
        var (left, to, resolved) = (record.Funds, default(SidePair), record.Resolved);
        foreach (var claim in LockClaim.Of(book, floor))
        {
            var bit = 1UL << (claim.Leaf.Index + (claim.Offerer == ChannelSide.A ? 0 : BitsOfB));
            if ((resolved & bit) != 0) continue;
            Require(IsInTree(claim, claim.Offerer == ChannelSide.A ? state.LocksA : state.LocksB), "NotInTree");
            var isPaid = IsPaid(claim.Leaf, floor, second);
            resolved |= bit;
            Require(claim.Leaf.Amount <= left.Of(claim.Offerer), "LocksTooLarge");
            left = left.Minus(claim.Offerer, claim.Leaf.Amount);
            to = to.Plus(isPaid ? claim.Offerer.Other() : claim.Offerer, claim.Leaf.Amount);
        }

        var credited = Credit(facts, to).Tell(facts, ContractEntryKind.Resolved, 0, to);
        return left.Sum.IsZero ? credited with { Records = Records.Remove(id) } : credited.With(facts, record with { Funds = left, Resolved = resolved });
    }

    private ModelContract Pull(ChannelFacts facts, ChannelCall.Pull pull, ulong second)
    {
        var (party, order) = (facts.PartyOf(pull.Us), pull.Order);
        var account = AccountOf(party);
        Require(second <= order.Expiry, "Expired");
        Require(ChannelSignature.IsBy(party, ChannelDomain.Of(facts).Pull(facts.Token, party, order.Amount, account.Pulls, order.Expiry), pull.Signature), "WrongSigner");
        Require(order.Amount <= account.Credit, "CreditShort");
        return this with
        {
            Accounts = Accounts.SetItem(party, new(account.Credit - order.Amount, account.Pulls + 1)),
            PaidOut = PaidOut.SetItem(party, PaidOut.GetValueOrDefault(party) + order.Amount),
            Owed = Owed - order.Amount,
        };
    }
}
