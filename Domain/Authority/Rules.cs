using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Authority;

/// <summary>The policy's rules over a packet's effects.</summary>
internal static class Rules
{
    /// <summary>An explicit denial comes before everything that could allow.</summary>
    internal static Assessment? Denied(AuthorisationFacts facts, Outflow outflow, Judge judge)
    {
        foreach (var rule in facts.Governance.Policy.Rules)
        {
            if (rule.Effect != RuleEffect.Deny || outflow.Effects.FirstOrDefault(effect => Matches(rule, effect, effect.Scope)) is not { } hit) continue;
            return judge.Deny(rule.Id, "deny", new(RejectionCode.ExplicitDeny, $"no effect that rule {rule.Id} denies", Describe(hit), [rule.Id.Value]));
        }

        return null;
    }

    /// <summary>Every effect needs a rule; all rules that match have a say.</summary>
    internal static Assessment? Require(AuthorisationFacts facts, Outflow outflow, Judge judge, ref Demands demands)
    {
        var rules = facts.Governance.Policy.Rules.Where(rule => rule.Effect == RuleEffect.Require).ToArray();
        foreach (var effect in outflow.Effects)
        {
            if (rules.Any(rule => Matches(rule, effect, effect.Scope))) continue;
            var allowedWould = rules.Any(rule => Matches(rule, effect, DestinationScope.Allowed));
            return judge.Deny("no-match", "no-match", new(Code(effect, allowedWould), "a rule that matches", Describe(effect)));
        }

        foreach (var rule in rules)
        {
            if (outflow.Effects.FirstOrDefault(effect => Matches(rule, effect, effect.Scope)) is not { } hit) continue;
            judge.Note(rule.Id, "quorum", $"{rule.Quorum.Approvals} of {rule.Quorum.Eligible} for {Describe(hit)}");
            if (rule.Timelock > Span.Zero) judge.Note(rule.Id, "timelock", $"{rule.Timelock.Ms} ms after the quorum");
            if (rule.SeparateDuties) judge.Note(rule.Id, "duties", "the proposer's vote does not count");
            demands = demands with
            {
                Quorums = demands.Quorums.Add((rule.Id, rule.Quorum)),
                Timelock = rule.Timelock > demands.Timelock ? rule.Timelock : demands.Timelock,
                SeparateDuties = demands.SeparateDuties || rule.SeparateDuties,
            };
        }

        return null;
    }

    private static bool Matches(PolicyRule rule, PacketEffect effect, DestinationScope scope)
    {
        var when = rule.When;

        // Special effects need a rule that names them; a denial of everything means everything.
        var kind = when.Kinds.IsEmpty ? !effect.IsSpecial || rule.Effect == RuleEffect.Deny : when.Kinds.Contains(effect.Kind);
        return kind
            && (when.Assets.IsEmpty || (effect.Asset is { } asset && when.Assets.Contains(asset)))
            && (when.Tiers.IsEmpty || when.Tiers.Contains(effect.Tier))
            && (when.Destination == DestinationScope.Any || when.Destination == scope)
            && (when.Above is not { } above || effect.Amount > above);
    }

    private static RejectionCode Code(PacketEffect effect, bool allowedWould) => effect.Kind switch
    {
        EffectKind.AllowanceAboveLeg or EffectKind.OperatorForAll or EffectKind.Permit => RejectionCode.AllowanceDenied,
        EffectKind.OpaqueCall or EffectKind.DelegatecallBatch or EffectKind.TypedData => RejectionCode.OpaqueCall,
        _ when allowedWould => RejectionCode.DestinationNotAllowed,
        _ => RejectionCode.NoRule,
    };

    private static string Describe(PacketEffect effect) => effect.Asset is { } asset
        ? $"{effect.Kind} of {effect.Amount} {asset} to {effect.Destination} ({effect.Scope}, {effect.Tier}) by leg {effect.Leg}"
        : $"{effect.Kind} at {effect.Destination} ({effect.Scope}, {effect.Tier}) by leg {effect.Leg}";
}
