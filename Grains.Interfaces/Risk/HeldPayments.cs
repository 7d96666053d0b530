using Orleans;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Grains.Interfaces.Risk;

/// <summary>A payment whose case is not decided, or not closed.</summary>
/// <param name="Number">Of its case: a decision names it, so that it is about what was looked at.</param>
[GenerateSerializer, Immutable, Alias("tpw.risk.held-payment")]
public sealed record HeldPayment(Name Packet, long Number, CaseView Case);

/// <summary>The payments of one account that wait for reviewers, oldest first.</summary>
[GenerateSerializer, Immutable, Alias("tpw.risk.held-payments")]
public sealed record HeldPayments(ImmutableArray<HeldPayment> Payments);
