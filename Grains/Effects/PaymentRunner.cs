using Orleans;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Peers;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Personal;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains.Effects;

/// <summary>Finds ways for payments over channels, puts their parts on them, and reads why one came back.</summary>
public sealed class PaymentRunner(IGrainFactory grains, NetworkMaps maps, MasterKey keys, ForwardPolicy policy, StandingPrice dislike, TimeProvider time)
{
    private readonly InvoiceClaims _claims = new(grains);

    public async Task<EffectResult> RunAsync(Effect effect) => effect switch
    {
        Effect.PreparePayment e => await PrepareAsync(e),
        Effect.FindWays e => await FindAsync(e),
        Effect.SendPart e => await SendAsync(e),
        Effect.ReadCause e => Read(e),
        Effect.TellPayer e => EffectResult.Of(
            await grains.GetGrain<IPaymentGrain>(e.Payer.Payment.Key).Submit(new PaymentCommand.RecordEnd(e.Id, e.Payer.Number, e.Secret, e.Reason))),
        Effect.AnnounceSide e => await AnnounceAsync(e),
        _ => throw new UnreachableException($"No effect of a payment: {effect.GetType().Name}."),
    };

    private async Task<EffectResult> PrepareAsync(Effect.PreparePayment e)
    {
        var reply = await _claims.TakeAsync(e.Payment, e.Content.Terms.Hash);
        if (reply is CommandReply.Refused { Rejection.Code: RejectionCode.ClaimTaken }) return new EffectResult.PaymentPrepared(null, PaymentFailure.InvoiceTaken);
        return reply is CommandReply.Accepted
            ? new EffectResult.PaymentPrepared((await MapAsync(e.Payment.Account, e.Content)).EndsOf(e.Payment.Account, e.Content))
            : new EffectResult.NoAnswer(reply.ToString());
    }

    private async Task<EffectResult> FindAsync(Effect.FindWays e)
    {
        // Its signer signs no part: each would be tried and fail, until none is left.
        if (await grains.GetGrain<IAccountGrain>(e.Payment.Account.ToString()).Read() is { Frozen: true }) return new EffectResult.NoAnswer("the account is frozen, and spends nothing new");
        var map = await MapAsync(e.Payment.Account, e.Content);
        var second = (ulong)time.GetUtcNow().ToUnixTimeSeconds();
        var own = await OwnChannels.ReadAsync(grains, dislike, map.SidesOf(e.Payment.Account, e.Content.Place.Key), e.Content.Ring);
        // The chain's clock may run ahead of this machine's.
        second = Math.Max(second, own.Second);
        var known = maps.BalancesOf(NetworkOf(e.Content.Place)).With(map.Graph, e.Lacks, second);
        var (routes, failure) = new PartPlanner(new()) { Disliked = own.Disliked }.All(e.Plan, map.Graph, known, own.Spendable, second);
        if (failure is not null) return new EffectResult.WaysFound([], failure);
        var ways = routes.Select(route => OnionKeys(map, route) is { IsDefault: false } onions ? new PaymentWay(route, second, onions) : null).ToArray();
        return ways.Contains(null) ? new EffectResult.WaysFound([], PaymentFailure.NoPath) : new EffectResult.WaysFound([.. ways.OfType<PaymentWay>()], null);
    }

    /// <summary>The channel decides once: asked again, it answers the same.</summary>
    private async Task<EffectResult> SendAsync(Effect.SendPart e)
    {
        var first = e.Way.Route.Hops[0];
        var part = new ChannelLock(first.Way.Payer, 0, first.Amount, e.Way.ExpiryOf(0), LockKind.Hash, e.Content.Terms.Hash);
        var command = new ChannelCommand.Carry(e.Id, part, Wrap(e.Payer, e.Intent, e.Content, e.Way).Bytes, null) { Payer = e.Payer };
        return EffectResult.Of(await grains.GetGrain<IChannelGrain>(new ChannelRef(first.Way.Channel, first.Way.Payer).ToString()).Submit(command));
    }

    private EffectResult.CauseRead Read(Effect.ReadCause e)
    {
        var cause = Wrap(e.Payer, e.Intent, e.Content, e.Way).Read(e.Reason) is { } failure ? CauseOf(failure, e.Way.Route.Hops.Length) : new(0, HopFailure.Unreadable);
        var ended = new PlanEvent.Ended(e.Payer.Number, new PartOutcome.Failed(cause.Hop, cause.Reason));
        maps.Learn(NetworkOf(e.Content.Place), e.Plan.Observe(ended), e.Way.Start);
        return new(cause);
    }

    /// <summary>Who could not carry it on names the hop after it; the payee is the last of those who can say something.</summary>
    private static PartCause CauseOf(RouteFailure failure, int hops) => failure switch
    {
        // The others may have been held up where this one was not.
        { Error: OnionError.PartsTimeout } => new(0, HopFailure.Unreadable),
        { Hop: var hop } when hop >= hops - 1 => new(hops, HopFailure.RefusedByPayee),
        { Error: OnionError.TemporaryChannelFailure or OnionError.TemporaryNodeFailure } => new(failure.Hop + 1, HopFailure.TemporaryLack),
        { Error: OnionError.FeeInsufficient or OnionError.AmountBelowMinimum } => new(failure.Hop + 1, HopFailure.FeeTooLow),
        { Error: OnionError.IncorrectExpiry or OnionError.ExpiryTooSoon or OnionError.ExpiryTooFar } => new(failure.Hop + 1, HopFailure.ExpiryTooSoon),
        _ => new(failure.Hop + 1, HopFailure.UnknownNode),
    };

    private async Task<EffectResult> AnnounceAsync(Effect.AnnounceSide e)
    {
        var (opening, facts, terms) = (e.Opening, e.Opening.Facts, e.Opening.Terms);
        using var onion = keys.OnionKey(opening.Account, opening.Key);
        var side = new AnnouncedSide(
            e.Side, opening.Account, opening.Key, facts.A, facts.B, e.IsOpen, e.Capacity, policy.By(terms), terms.ShortestLock, terms.LongestLock, terms.LockFloor,
            HexBytes.From(Secp256k1.CreatePublicKey(onion)));
        var reply = await grains.GetGrain<IRouterGrain>(new RouterRef(facts.Chain, facts.Manager, facts.Token).Key).Submit(new RouterCommand.Announce(e.Id, side));
        if (EffectResult.Of(reply) is not EffectResult.Replied { Reply: CommandReply.Accepted }) return new EffectResult.NoAnswer(reply.ToString());
        reply = await grains.GetGrain<IGossipGrain>(GossipCommand.Key).Submit(new GossipCommand.Publish(e.Id, opening, side, e.IsPublic));
        return EffectResult.Of(reply) is EffectResult.Replied { Reply: CommandReply.Accepted }
            ? new EffectResult.SideTold(e.IsOpen, e.Capacity, e.IsPublic)
            : new EffectResult.NoAnswer(reply.ToString());
    }

    /// <summary>The same whenever it is made: it follows from the deployment's secret and the part.</summary>
    private RouteOnion Wrap(PaymentPart payer, Guid intent, PaymentContent content, PaymentWay way) =>
        RouteOnion.Wrap(way, new(content.Terms.PaymentSecret, content.Amount, content.Invoice), content.Terms.Hash, keys.PaymentSeed(payer, intent).ToArray());

    private async Task<NetworkMap> MapAsync(AccountId payer, PaymentContent content)
    {
        var map = (await maps.ReadAsync(NetworkOf(content.Place))).With(content.Terms);
        return content.Ring is { } ring ? map.Round(ring, payer, content) : map;
    }

    private static RouterRef NetworkOf(InvoicePlace place) => new(place.Chain, place.Manager, place.Token);

    private static ImmutableArray<HexBytes> OnionKeys(NetworkMap map, Route route)
    {
        var found = route.Hops.Select(hop => map.OnionKeyOf(hop.To)).ToArray();
        return found.All(static key => key is not null) ? [.. found.Select(static key => key!.Value)] : default;
    }
}
