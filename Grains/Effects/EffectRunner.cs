using TPWallet.Domain.Machines;
using TPWallet.Grains.Notifications;
using TPWallet.Grains.Personal;

namespace TPWallet.Grains.Effects;

/// <summary>Sends each effect to the runner that does its kind.</summary>
public sealed class EffectRunner(
    GrainTeller grains, SignerRunner signer, LaneRunner lanes, CoinRunner coins, Simulation.PacketSimulator simulator, PersonalTexts personal, RiskRunner risk,
    DepositRunner deposits, WebhookRunner webhooks, ChannelRunner channels, ChannelActs acts, BookRecaller books, KeyBooksRunner keyBooks, LockRunner locks, InvoiceRunner invoices, PaymentRunner payments, DappRunner dapps,
    CoinChannelRunner coinChannels, TowerHandOvers handOvers, TowerRunner towers, PeerRunner standings)
    : IEffectRunner
{
    public Task<EffectResult> RunAsync(Effect effect, CancellationToken cancellationToken) => effect switch
    {
        Effect.TellAccount e => grains.TellAsync(e),
        Effect.TellPacket e => grains.TellAsync(e),
        Effect.Deliver e => grains.TellAsync(e),
        Effect.TellLane e => grains.TellAsync(e),
        Effect.TellHolder e => grains.TellAsync(e),
        Effect.TellKey e => grains.TellAsync(e),
        Effect.TellWatched e => grains.TellAsync(e),
        Effect.TellTracker e => grains.TellAsync(e),
        Effect.TellRevenue e => grains.TellAsync(e),
        Effect.TellIncident e => grains.TellAsync(e),
        Effect.TellCase e => grains.TellAsync(e),
        Effect.TellQueue e => grains.TellAsync(e),
        Effect.Assess e => grains.AssessAsync(e),
        Effect.Score e => risk.RunAsync(e, cancellationToken),
        Effect.Screen e => deposits.RunAsync(e, cancellationToken),
        Effect.AwaitDepth e => deposits.RunAsync(e),
        Effect.ReadCode e => dapps.RunAsync(e, cancellationToken),
        Effect.Admit e => grains.AdmitAsync(e),
        Effect.Simulate e => SimulateAsync(e, cancellationToken),
        Effect.CreateKey e => signer.RunAsync(e, cancellationToken),
        Effect.Announce e => signer.RunAsync(e, cancellationToken),
        Effect.Sign e => signer.RunAsync(e, cancellationToken),
        Effect.ReadSigned e => signer.RunAsync(e, cancellationToken),
        Effect.ReadLaneFacts e => lanes.RunAsync(e, cancellationToken),
        Effect.EstimateTerms e => lanes.RunAsync(e, cancellationToken),
        Effect.RequestSignature e => lanes.RunAsync(e),
        Effect.ReadMarket e => coins.RunAsync(e, cancellationToken),
        Effect.SelectCoins e => coins.RunAsync(e, cancellationToken),
        Effect.RequestSpend e => coins.RunAsync(e, cancellationToken),
        Effect.Broadcast { Chain.IsBitcoin: true } e => coins.RunAsync(e, cancellationToken),
        Effect.Broadcast e => lanes.RunAsync(e, cancellationToken),
        Effect.ErasePersonal e => EraseAsync(e, cancellationToken),
        Effect.Listen => Task.FromResult<EffectResult>(new EffectResult.NoAnswer("the grain's own timer listens")),
        Effect.Notify e => webhooks.RunAsync(e, cancellationToken),
        Effect.FindNotices e => webhooks.RunAsync(e, cancellationToken),
        _ => RunOfChannelsAsync(effect, cancellationToken),
    };

    /// <summary>What channels, their payments and their towers owe.</summary>
    private Task<EffectResult> RunOfChannelsAsync(Effect effect, CancellationToken cancellationToken) => effect switch
    {
        Effect.TakeChannel e => channels.RunAsync(e, cancellationToken),
        Effect.LookAtChannel e => channels.RunAsync(e, cancellationToken),
        Effect.SignChannelState e => channels.RunAsync(e, cancellationToken),
        Effect.SignChannelOrder e => channels.RunAsync(e, cancellationToken),
        Effect.SignAnnouncement e => channels.RunAsync(e, cancellationToken),
        Effect.ReadKeyBooks e => keyBooks.RunAsync(e, cancellationToken),
        Effect.RecallBook e => books.RunAsync(e, cancellationToken),
        Effect.ActOnChannel e => acts.RunAsync(e, cancellationToken),
        Effect.RouteLock or Effect.PassLock or Effect.TellOrigin or Effect.HoldPart or Effect.AnswerPart => locks.RunAsync(effect),
        Effect.PreparePayment or Effect.FindWays or Effect.SendPart or Effect.ReadCause or Effect.TellPayer or Effect.AnnounceSide => payments.RunAsync(effect),
        Effect.MakeInvoice e => invoices.RunAsync(e, cancellationToken),
        Effect.TellPayment e => grains.TellAsync(e),
        Effect.TellPeer e => channels.RunAsync(e, cancellationToken),
        Effect.ReportDealings e => standings.RunAsync(e),
        Effect.AllowForPeer e => standings.RunAsync(e),
        Effect.OfCoinChannel e => coinChannels.RunAsync(e, cancellationToken),
        Effect.HandOver e => handOvers.RunAsync(e, cancellationToken),
        Effect.OfTower e => towers.RunAsync(e, cancellationToken),
        _ => throw new UnreachableException($"No runner does {effect.GetType().Name}."),
    };

    /// <summary>The last look before a reservation asks first whether its chains take anything new.</summary>
    private async Task<EffectResult> SimulateAsync(Effect.Simulate e, CancellationToken cancellationToken) =>
        await grains.AdmitAsync(e) ?? await simulator.RunAsync(e, cancellationToken);

    private async Task<EffectResult> EraseAsync(Effect.ErasePersonal e, CancellationToken cancellationToken)
    {
        await personal.EraseAsync(e.Account, cancellationToken);
        return new EffectResult.Done();
    }
}
