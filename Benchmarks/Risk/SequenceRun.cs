using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Benchmarks.Risk;

/// <summary>A sequence played through the profile machine, as accounts would: assessed, then settled. What is held is settled later, and teaches nothing.</summary>
public sealed class SequenceRun
{
    private readonly SortedDictionary<string, RiskProfileState> _profiles = new(StringComparer.Ordinal);
    private readonly RiskPolicy _policy;
    private readonly Bytes32 _policyHash;

    private SequenceRun(RiskPolicy policy)
    {
        _policy = policy;
        _policyHash = Canonical.Hash("tpw.risk-policy.v1", policy, ContractJson.Default.RiskPolicy);
    }

    /// <summary>Steps with their scores.</summary>
    public List<(RiskStep Step, RiskScore Score)> Scores { get; } = [];

    /// <summary>Some of what was scored, to score again.</summary>
    public List<RiskInput> Inputs { get; } = [];

    /// <summary>Whether any payment had to wait, or was refused.</summary>
    public bool IsFlagged => Scores.Exists(scored => IsStopped(scored.Score));

    /// <summary>Whether any of the attacker's payments had to wait, or was refused.</summary>
    public bool IsCaught => Scores.Exists(scored => scored.Step.IsAttack && IsStopped(scored.Score));

    public static bool IsStopped(RiskScore score) => score.Demand.Action >= RiskAction.Hold;

    public static SequenceRun Of(RiskSequence sequence, RiskPolicy policy)
    {
        var run = new SequenceRun(policy);
        foreach (var step in sequence.Steps) run.Play(step);
        return run;
    }

    private void Play(RiskStep step)
    {
        var key = step.Payment.Account.ToString();
        var context = step.Context with { Parties = [.. step.Payment.Movements.Select(movement => movement.Party).Distinct().Select(party => FactsOf(party, step))] };
        var at = Stamp.At(step.At);
        if (Scores.Count % 16 == 0) Inputs.Add(new(_policy, _policyHash, ProfileOf(key), step.Payment, context, step.At));
        Do(key, new RiskProfileCommand.Assess(step.Payment.Id, step.Payment, context, _policy, _policyHash), at);
        Scores.Add((step, ProfileOf(key).PendingOf(step.Payment.Id)!.Score));
        if (step.Payment.Direction == RiskDirection.Out) Observe(step, at);
        Do(key, new RiskProfileCommand.Settle(step.Payment.Id, step.Payment), at);
    }

    /// <summary>The parties' own profiles hear of it, as they do over all accounts.</summary>
    private void Observe(RiskStep step, Stamp at)
    {
        foreach (var movement in step.Payment.Movements)
        {
            var worth = Worths.Of(_policy, movement.Asset, movement.Amount);
            Do(KeyOf(movement.Party), new RiskProfileCommand.Observe(step.Payment.Id, step.Payment.Account, worth, worth < Worths.Whole ? worth : 0), at);
        }
    }

    /// <summary>What the scene says of a party, and what this run has seen of it besides.</summary>
    private PartyFacts FactsOf(string party, RiskStep step)
    {
        var facts = step.Context.Parties.FirstOrDefault(known => known.Party == party) ?? new(party, [], null, null, null, false);
        if (!_profiles.TryGetValue(KeyOf(party), out var profile) || RiskProfileDecider.View(profile, step.At).Activity is not { } seen) return facts;
        var before = facts.Activity ?? new(seen.FirstAt, 0, 0, 0);
        return facts with
        {
            Activity = new(before.FirstAt, before.BelowDay + seen.BelowDay, before.BelowWeek + seen.BelowWeek, before.Senders + seen.Senders),
        };
    }

    private static string KeyOf(string party) => $"{Scene.Chain}/{party}";

    private RiskProfileState ProfileOf(string key) => _profiles.GetValueOrDefault(key) ?? RiskProfileDecider.Empty(key);

    private void Do(string key, RiskProfileCommand command, Stamp at)
    {
        var state = ProfileOf(key);
        if (RiskProfileDecider.Decide(state, command, at) is not Decision<RiskProfileEvent>.Accept accept)
            throw new InvalidOperationException($"The profile refused {command.GetType().Name}.");
        foreach (var @event in accept.Events) state = RiskProfileDecider.Evolve(state, @event, at.Latest);
        _profiles[key] = state;
    }
}
