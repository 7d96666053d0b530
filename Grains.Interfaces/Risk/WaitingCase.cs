using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>A case that waits for reviewers.</summary>
/// <param name="Subject">The packet's name, or the deposit as "deposit:" and its id.</param>
/// <param name="Number">Of the case: a decision names it, so that it is about what was looked at.</param>
[GenerateSerializer, Immutable, Alias("tpw.waiting-case")]
public sealed record WaitingCase(AccountId Account, string Subject, long Number, CaseView Case);

/// <summary>A page of what waits for reviewers in all accounts that the caller may name.</summary>
/// <param name="Next">Where the next page begins; null: this was the last. A page may be shorter than was asked for.</param>
[GenerateSerializer, Immutable, Alias("tpw.waiting-cases")]
public sealed record WaitingCases(ImmutableArray<WaitingCase> Cases, string? Next);
