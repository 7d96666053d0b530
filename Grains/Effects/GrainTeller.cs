using Orleans;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Effects.Simulation;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Risk;

namespace TPWallet.Grains.Effects;

/// <summary>Delivers commands to other grains. A time-out or a closed activation is no answer: the same command goes again with the same id.</summary>
public sealed class GrainTeller(IGrainFactory grains)
{
    public Task<EffectResult> TellAsync(Effect.TellAccount e) => Reply(grains.GetGrain<IAccountGrain>(e.Account.ToString()).Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellPayment e) => Reply(grains.GetGrain<IPaymentGrain>(e.Payment.Key).Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellPacket e) => Reply(grains.GetGrain<ITokenPacketGrain>(e.Packet.Key).Submit(e.Command));

    /// <summary>The packet is asked only when the payee has the money; a packet that did not answer leaves all of it to be done again.</summary>
    public async Task<EffectResult> TellAsync(Effect.Deliver e)
    {
        var received = await TellAsync(new Effect.TellAccount(e.To, e.Transfer));
        if (received is not EffectResult.Replied { Reply: var payee }) return received;
        if (!Effect.Deliver.HasArrived(payee)) return new EffectResult.Delivered(payee, null);
        var told = await TellAsync(new Effect.TellPacket(e.Transfer.Leg.Packet, e.Word));
        return told is EffectResult.Replied { Reply: var packet } ? new EffectResult.Delivered(payee, packet) : told;
    }

    public Task<EffectResult> TellAsync(Effect.TellLane e) => Reply(e.Chain.IsBitcoin
        ? grains.GetGrain<ICoinLaneGrain>($"{e.Chain}/{e.Address}").Submit(e.Command)
        : grains.GetGrain<ILaneGrain>($"{e.Chain}/{e.Address}").Submit(e.Command));

    /// <summary>The account is asked only when the lane has answered; whoever did not answer leaves all of it to be done again.</summary>
    public async Task<EffectResult> TellAsync(Effect.TellHolder e)
    {
        var told = await TellAsync(new Effect.TellLane(e.Chain, e.Address, e.Coin));
        return told is EffectResult.Replied ? await TellAsync(new Effect.TellAccount(e.Account, e.Command)) : told;
    }

    public Task<EffectResult> TellAsync(Effect.TellKey e) => Reply(grains.GetGrain<IKeyGrain>($"{e.Account}/{e.Key}").Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellWatched e) =>
        Reply(grains.GetGrain<IWatchedTransactionGrain>($"{e.Chain}/{e.TxHash}").Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellTracker e) => Reply(grains.GetGrain<IChainTrackerGrain>(e.Chain.ToString()).Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellRevenue e) => Reply(grains.GetGrain<IRevenueGrain>(e.Period).Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellQueue e) => Reply(grains.GetGrain<IReviewQueueGrain>(ReviewQueueCommand.Key).Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellCase e) => Reply(grains.GetGrain<ICaseGrain>(e.Case).Submit(e.Command));

    public Task<EffectResult> TellAsync(Effect.TellIncident e) => Reply(grains.GetGrain<IIncidentGrain>(e.Incident).Submit(e.Command));

    public async Task<EffectResult> AssessAsync(Effect.Assess e) =>
        new EffectResult.Assessed(await grains.GetGrain<IAccountGrain>(e.Packet.Ref.Owner.ToString()).Assess(e.Packet, e.Bounds, e.Votes, e.Risk));

    /// <summary>Asked of the account first, then of the chain; the first that refuses has answered.</summary>
    public async Task<EffectResult> AdmitAsync(Effect.Admit e)
    {
        var account = await TellAsync(new Effect.TellAccount(e.Leg.Packet.Owner, new AccountCommand.AdmitSpend(e.Id, e.Leg)));
        if (account is not EffectResult.Replied { Reply: CommandReply.Accepted }) return account;
        var chain = await TellAsync(new Effect.TellTracker(e.Chain, new TrackerCommand.AdmitSpend(e.Id)));
        return e.Watch is { } watch && chain is EffectResult.Replied { Reply: CommandReply.Accepted }
            ? await TellAsync(new Effect.TellTracker(e.Chain, watch))
            : chain;
    }

    /// <summary>Null if every chain of the packet takes something new, or nobody was to ask.</summary>
    public async Task<EffectResult?> AdmitAsync(Effect.Simulate e)
    {
        if (e.Admission is not { } id) return null;
        foreach (var chain in e.Packet.Legs.Where(static leg => leg.IsOnChain).Select(PacketSimulator.ChainOf).Distinct())
        {
            var answer = await TellAsync(new Effect.TellTracker(chain, new TrackerCommand.AdmitSpend(id)));
            if (answer is EffectResult.Replied { Reply: CommandReply.Refused refused }) return new EffectResult.Failed(refused.Rejection);
            if (answer is not EffectResult.Replied) return answer;
        }

        return null;
    }

    private static async Task<EffectResult> Reply(Task<CommandReply> call) => EffectResult.Of(await call);
}
