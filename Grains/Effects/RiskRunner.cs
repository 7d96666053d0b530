using System.Security.Cryptography;
using System.Text;
using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Risk.Profiles;
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
public sealed class RiskRunner(IGrainFactory grains, RiskSettings settings, RiskEnds ends, DappRunner dapps, EventGeneration generation)
{
    /// <summary>Scored; or, where it cannot be, what the account says without a score.</summary>
    public async Task<EffectResult> RunAsync(Effect.Score e, CancellationToken cancellationToken)
    {
        var account = grains.GetGrain<IAccountGrain>(e.Packet.Ref.Owner.ToString());

        // In a rolling upgrade no score can be stored before every silo reads it; a packet goes on as it did before.
        if (generation.Writes < EventGenerations.Risk || await account.ReadPayment(e.Packet, e.Bounds, e.Payment) is not RiskPaymentReply.Found { Payment: var read })
            return await UnscoredAsync(account, e);
        var payment = From(e.Origin, read);
        var profile = grains.GetGrain<IRiskProfileGrain>(e.Packet.Ref.Owner.ToString());
        if (await ends.LearnAsync(e.Packet.Ref.Owner, e.Payment, e.Packet.Ref.Id) is { } busy) return busy;
        var (trusts, unread) = await dapps.TrustAsync(payment, e.Packet, cancellationToken);
        if (unread is not null) return unread;
        var context = await ContextAsync(payment, trusts);
        var (reply, known) = await RiskEnds.AssessAsync(profile, e.Id, payment, context, settings);
        if (reply is CommandReply.Refused { Rejection: var rejection })
            return Answers.IsDefinite(rejection) ? await UnscoredAsync(account, e) : new EffectResult.NoAnswer(rejection.ToString());
        if (known is not { } scored) return new EffectResult.NoAnswer($"The score of {payment.Id} is not there yet.");
        if (await ObserveAsync(payment) is { } untold) return untold;
        return new EffectResult.Scored(new(
            Canonical.Hash(e.Packet),
            Domain.Authority.Bounds.Digest(e.Bounds),
            payment,
            scored.Score,
            settings.Mode,
            settings.TermsFor(scored.Score, generation.Writes),
            context.Lists,
            scored.At,
            settings.FreshUntil(scored.At),
            ((CommandReply.Accepted)reply).Version));
    }

    private static async Task<EffectResult> UnscoredAsync(IAccountGrain account, Effect.Score e) =>
        new EffectResult.Assessed(await account.Assess(e.Packet, e.Bounds, e.Votes, null));

    /// <summary>A sealed network is the same for the same network as long as the account's data key is: what is kept of it is worth nothing once that is destroyed.</summary>
    private static RiskPayment From(PacketOrigin? origin, RiskPayment payment) => payment with
    {
        Device = origin?.Device,
        Network = origin?.Network is { } network ? Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes(network))) : null,
    };

    private async Task<RiskContext> ContextAsync(RiskPayment payment, ImmutableArray<ContractTrust> trusts)
    {
        var parties = ImmutableArray.CreateBuilder<PartyFacts>();
        foreach (var (chain, party) in Strangers(payment).Take(RiskContext.MaxEntries))
        {
            var activity = settings.Observes ? (await grains.GetGrain<IRiskProfileGrain>(PartyKey(chain, party)).Read()).Activity : null;
            parties.Add(new(party, settings.HitsOf(party), null, null, activity, false));
        }

        return new(parties.ToImmutable(), settings.Uses, trusts, false);
    }

    /// <summary>Tells each party's profile that it is about to be paid, once per payment.</summary>
    private async Task<EffectResult?> ObserveAsync(RiskPayment payment)
    {
        if (!settings.Observes) return null;
        foreach (var (chain, party) in Strangers(payment))
        {
            var flow = Worths.Of(settings.Policy, payment with { Movements = [.. payment.Movements.Where(movement => movement.Chain == chain && movement.Party == party)] });
            if (flow.Below == 0) continue;
            var key = PartyKey(chain, party);
            var told = await grains.GetGrain<IRiskProfileGrain>(key)
                .Submit(new RiskProfileCommand.Observe(EffectId.Of(RiskProfileDecider.Kind, key, $"observe/{payment.Id:N}"), payment.Account, flow.Worth, flow.Below));
            if (told is CommandReply.Refused { Rejection: var rejection } && !Answers.IsDefinite(rejection)) return new EffectResult.NoAnswer(rejection.ToString());
        }

        return null;
    }

    private static IEnumerable<(ChainId Chain, string Party)> Strangers(RiskPayment payment) => payment.Movements
        .Where(movement => movement.Scope != DestinationScope.Own).Select(movement => (movement.Chain, movement.Party)).Distinct();

    private static string PartyKey(ChainId chain, string party) => $"{chain}/{party}";
}
