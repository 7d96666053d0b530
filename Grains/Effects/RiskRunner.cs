using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Scoring;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>
/// Has a packet scored by its account's risk profile. What became of the payments before it is told to the profile first, so that each is learned from before the next
/// is judged, and no packet owes a word for that. Whether a payment may go on is not decided here.
/// </summary>
public sealed class RiskRunner(IGrainFactory grains, RiskSettings settings, EventGeneration generation)
{
    private const string Kind = "risk-profile";

    /// <summary>Scored; or, where it cannot be, what the account says without a score.</summary>
    public async Task<EffectResult> RunAsync(Effect.Score e)
    {
        var account = grains.GetGrain<IAccountGrain>(e.Packet.Ref.Owner.ToString());

        // In a rolling upgrade no score can be stored before every silo reads it; a packet goes on as it did before.
        if (generation.Writes < EventGenerations.Risk || await account.ReadPayment(e.Packet, e.Bounds, e.Payment) is not RiskPaymentReply.Found { Payment: var payment })
            return await UnscoredAsync(account, e);
        var profile = grains.GetGrain<IRiskProfileGrain>(e.Packet.Ref.Owner.ToString());
        if (await LearnAsync(profile, e) is { } busy) return busy;
        var context = await ContextAsync(payment);
        var reply = await profile.Submit(new RiskProfileCommand.Assess(LookId(e.Id, payment, context), payment, context, settings.Policy, settings.PolicyHash));
        if (reply is CommandReply.Refused { Rejection: var rejection })
            return Answers.IsDefinite(rejection) ? await UnscoredAsync(account, e) : new EffectResult.NoAnswer(rejection.ToString());
        if ((await profile.ReadPending()).FirstOrDefault(pending => pending.Payment == payment.Id) is not { } scored)
            return new EffectResult.NoAnswer($"The score of {payment.Id} is not there yet.");
        if (await ObserveAsync(payment) is { } untold) return untold;
        return new EffectResult.Scored(new(
            Canonical.Hash(e.Packet),
            Domain.Authority.Bounds.Digest(e.Bounds),
            payment,
            scored.Score,
            settings.Mode,
            settings.Terms with { Patience = scored.Score.Demand.Hold > settings.Terms.Patience ? scored.Score.Demand.Hold : settings.Terms.Patience },
            context.Lists,
            scored.At,
            settings.FreshUntil(scored.At),
            ((CommandReply.Accepted)reply).Version));
    }

    private static async Task<EffectResult> UnscoredAsync(IAccountGrain account, Effect.Score e) =>
        new EffectResult.Assessed(await account.Assess(e.Packet, e.Bounds, e.Votes, null));

    /// <summary>The same look is recorded once however often it is asked for; a look at newer facts is another.</summary>
    private static Guid LookId(Guid effect, RiskPayment payment, RiskContext context) => EffectId.Of(
        Kind,
        $"{effect:N}",
        $"{Canonical.Hash("tpw.risk-payment.v1", payment, ContractJson.Default.RiskPayment)}/{Canonical.Hash("tpw.risk-context.v1", context, ContractJson.Default.RiskContext)}");

    /// <summary>Tells the profile which earlier payments happened and which will not. Null, or why it has to be tried again.</summary>
    private async Task<EffectResult?> LearnAsync(IRiskProfileGrain profile, Effect.Score e)
    {
        foreach (var pending in await profile.ReadPending())
        {
            if (pending.Payment == e.Payment || pending.Packet is not { } name) continue;

            // An earlier revision of this packet will not happen; and a packet that is over here asks nobody else.
            var ended = name == e.Packet.Ref.Id ? Drop(e.Packet.Ref.Owner, pending) : await EndOfAsync(new(e.Packet.Ref.Owner, name), pending);
            if (ended is null) continue;
            var reply = await profile.Submit(ended);
            if (reply is CommandReply.Refused { Rejection.Code: RejectionCode.IdempotencyMismatch }) reply = await profile.Submit(Drop(e.Packet.Ref.Owner, pending));
            if (reply is CommandReply.Refused { Rejection: var rejection } && !Answers.IsDefinite(rejection)) return new EffectResult.NoAnswer(rejection.ToString());
        }

        return null;
    }

    private static RiskProfileCommand.Drop Drop(AccountId account, PendingRisk pending) => new(EffectId.Of(Kind, account, $"drop/{pending.Payment:N}"), pending.Payment);

    private async Task<RiskProfileCommand?> EndOfAsync(PacketRef packet, PendingRisk pending)
    {
        var view = await grains.GetGrain<ITokenPacketGrain>(packet.Key).Read();
        if (view?.Risk?.Score is not { } score || score.Payment.Id != pending.Payment || view.State is "rejected" or "expired" or "invalidated" or "cancelled" or "compensated")
            return Drop(packet.Owner, pending);
        return view.State is "settled" or "partially-settled"
            ? new RiskProfileCommand.Settle(EffectId.Of(Kind, packet.Owner, $"settle/{pending.Payment:N}"), score.Payment) { WantedAt = score.At }
            : null;
    }

    private async Task<RiskContext> ContextAsync(RiskPayment payment)
    {
        var parties = ImmutableArray.CreateBuilder<PartyFacts>();
        foreach (var (chain, party) in Strangers(payment).Take(RiskContext.MaxEntries))
        {
            var activity = Observes ? (await grains.GetGrain<IRiskProfileGrain>(PartyKey(chain, party)).Read()).Activity : null;
            parties.Add(new(party, settings.HitsOf(party), null, null, activity, false));
        }

        return new(parties.ToImmutable(), settings.Uses, [], false);
    }

    /// <summary>What all accounts do with one party is summed where the deployment says what amounts are worth; else every sum would be a guess.</summary>
    private bool Observes => !settings.Policy.Assets.IsEmpty;

    /// <summary>Tells each party's profile that it is about to be paid, once per payment.</summary>
    private async Task<EffectResult?> ObserveAsync(RiskPayment payment)
    {
        if (!Observes) return null;
        foreach (var (chain, party) in Strangers(payment))
        {
            var flow = Worths.Of(settings.Policy, payment with { Movements = [.. payment.Movements.Where(movement => movement.Chain == chain && movement.Party == party)] });
            if (flow.Below == 0) continue;
            var key = PartyKey(chain, party);
            var told = await grains.GetGrain<IRiskProfileGrain>(key)
                .Submit(new RiskProfileCommand.Observe(EffectId.Of(Kind, key, $"observe/{payment.Id:N}"), payment.Account, flow.Worth, flow.Below));
            if (told is CommandReply.Refused { Rejection: var rejection } && !Answers.IsDefinite(rejection)) return new EffectResult.NoAnswer(rejection.ToString());
        }

        return null;
    }

    private static IEnumerable<(ChainId Chain, string Party)> Strangers(RiskPayment payment) => payment.Movements
        .Where(movement => movement.Scope != DestinationScope.Own).Select(movement => (movement.Chain, movement.Party)).Distinct();

    private static string PartyKey(ChainId chain, string party) => $"{chain}/{party}";
}
