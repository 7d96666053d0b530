using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Profiles;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>
/// Has a held deposit scored by its account's risk profile, and looks whether its block is deep enough. Whether it may be spent is not decided here. A deposit that
/// cannot be scored is asked for again, and stays held.
/// </summary>
public sealed class DepositRunner(IGrainFactory grains, RiskSettings settings, RiskEnds ends, DappRunner dapps, EventGeneration generation)
{
    public async Task<EffectResult> RunAsync(Effect.Screen e, CancellationToken cancellationToken)
    {
        if (await ends.LearnAsync(e.Paid.Account, e.Deposit, null) is { } busy) return busy;
        var parties = await PartiesAsync(e.Paid.Chain, e.Sources);
        var payment = Inflows.PaymentOf(e.Deposit, e.Paid, e.Tier, parties);
        var (trusts, unread) = await dapps.TrustAsync(payment, null, cancellationToken);
        if (unread is not null) return unread;
        var context = new RiskContext(parties, settings.Uses, trusts, false);
        var profile = grains.GetGrain<IRiskProfileGrain>(e.Paid.Account.ToString());
        var (reply, known) = await RiskEnds.AssessAsync(profile, e.Id, payment, context, settings);
        if (reply is not CommandReply.Accepted accepted) return new EffectResult.NoAnswer($"{((CommandReply.Refused)reply).Rejection}");
        if (known is not { } scored) return new EffectResult.NoAnswer($"The score of deposit {e.Deposit} is not there yet.");
        if (await ObserveAsync(e, payment) is { } untold) return untold;
        return new EffectResult.Screened(new(
            scored.Score, settings.Mode, settings.TermsFor(scored.Score, generation.Writes), context.Lists, scored.At, settings.FreshUntil(scored.At), accepted.Version));
    }

    /// <summary>Done when the chain calls a block final that is so much deeper: more than the profile asks for, by the same rule.</summary>
    public async Task<EffectResult> RunAsync(Effect.AwaitDepth e)
    {
        var final = (await grains.GetGrain<IChainTrackerGrain>(e.Chain.ToString()).Read()).Final?.Number ?? 0;
        return final >= e.Block.Number + (ulong)e.Extra
            ? new EffectResult.Done()
            : new EffectResult.NoAnswer($"Block {e.Block.Number + (ulong)e.Extra} of {e.Chain} is not final; {final} is.");
    }

    private async Task<ImmutableArray<PartyFacts>> PartiesAsync(ChainId chain, ImmutableArray<Address> sources)
    {
        var parties = ImmutableArray.CreateBuilder<PartyFacts>(sources.Length);
        foreach (var source in sources)
        {
            var activity = settings.Observes ? (await grains.GetGrain<IRiskProfileGrain>(PayerKey(chain, source.Value)).Read()).Activity : null;
            parties.Add(new(source.Value, settings.HitsOf(source.Value), null, null, activity, false));
        }

        return parties.MoveToImmutable();
    }

    /// <summary>Tells the payer's profile what he pays, once per deposit: sums in pieces are seen over all accounts.</summary>
    private async Task<EffectResult?> ObserveAsync(Effect.Screen e, RiskPayment payment)
    {
        if (!settings.Observes || payment.Movements[0].Party == Inflows.Unknown || Worths.Of(settings.Policy, payment) is not { Below: > 0 } flow) return null;
        var key = PayerKey(e.Paid.Chain, payment.Movements[0].Party);
        var told = await grains.GetGrain<IRiskProfileGrain>(key)
            .Submit(new RiskProfileCommand.Observe(EffectId.Of(RiskProfileDecider.Kind, key, $"observe/{e.Deposit:N}"), e.Paid.Account, flow.Worth, flow.Below));
        return told is CommandReply.Refused { Rejection: var rejection } && !Answers.IsDefinite(rejection) ? new EffectResult.NoAnswer(rejection.ToString()) : null;
    }

    /// <summary>Apart from what accounts pay to the same party.</summary>
    private static string PayerKey(ChainId chain, string party) => $"{chain}/{party}/pays";
}
