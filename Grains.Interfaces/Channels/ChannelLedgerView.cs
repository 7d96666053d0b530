using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Channels;

/// <summary>One side's double entries, in base units of the channel's token: what is where, why, and whether it agrees with the channel's state and the chain.</summary>
/// <param name="Nonce">Of the newest state that both signed.</param>
/// <param name="Accounts">What is in each sub-account; the world's is what came in, less what went out.</param>
/// <param name="Postings">What was posted of each kind, ever.</param>
/// <param name="Block">The final block that the chain was looked at last; 0: never.</param>
/// <param name="SettledBy">Nonce of the state by which the contract settled the channel; null: it has not, or that was not read yet.</param>
/// <param name="Differences">What does not agree; empty: everything that is known does.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-ledger")]
public sealed record ChannelLedgerView(
    ChannelRef Ref, ulong Nonce, ImmutableArray<SubAccountView> Accounts, ImmutableArray<PostingView> Postings, ulong Block, ulong? SettledBy,
    ImmutableArray<BooksDifference> Differences);

/// <summary>What a sub-account was given and gave; what is in it is the difference.</summary>
/// <param name="Balance">In digits, with a minus sign where more was given than it had.</param>
[GenerateSerializer, Immutable, Alias("tpw.channel-sub-account")]
public sealed record SubAccountView(SubAccount Account, UInt256 Credits, UInt256 Debits, string Balance);

/// <summary>The sum of one kind of posting.</summary>
[GenerateSerializer, Immutable, Alias("tpw.channel-posting")]
public sealed record PostingView(ChannelPosting Kind, SubAccount From, SubAccount To, UInt256 Amount);

/// <summary>Two books that should say the same and do not.</summary>
/// <param name="What">Stable: ledger.free, ledger.held, ledger.peer, ledger.claims, ledger.leaving, ledger.peer-leaving, contract.deposited-a, contract.deposited-b, contract.withdrawn-a, contract.withdrawn-b, contract.given, contract.given-peer.</param>
/// <param name="Expected">Base units in digits.</param>
/// <param name="Actual">Base units in digits, with a minus sign for a debt.</param>
[GenerateSerializer, Immutable, Alias("tpw.books-difference")]
public sealed record BooksDifference(string What, string Expected, string Actual);
