using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>One payment of a planted sequence.</summary>
/// <param name="IsAttack">Part of what the attacker does; stopping it counts.</param>
public sealed record RiskStep(Instant At, RiskPayment Payment, RiskContext Context, bool IsAttack);

/// <summary>What one account, or several that one attack uses, does over some weeks, in order of time.</summary>
/// <param name="Family">How it was made: a way of living, or a kind of attack.</param>
public sealed record RiskSequence(string Family, IReadOnlyList<RiskStep> Steps);
