using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Accounts;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Ledger;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Risk;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Accounts;

/// <summary>From what is owed to the effect that does it, and from its result to the command that records it.</summary>
internal static class AccountEffects
{
    internal static Effect Of(AccountId account, string name, AccountIntent intent)
    {
        var id = EffectId.Of(AccountDecider.Kind, account, name);
        return intent switch
        {
            AccountIntent.CreateKey key => new Effect.TellKey(account, key.Key, new KeyCommand.Create(id, account, key.Key, key.Chain, key.Tier)),
            AccountIntent.WatchAddress watch => new Effect.TellTracker(watch.Chain, new TrackerCommand.WatchAddress(id, watch.Address, account)),
            AccountIntent.AnnounceChange announce => new Effect.Announce(account, announce.Proposal, null, null, announce.Votes),
            AccountIntent.AnnounceFreeze freeze => new Effect.Announce(account, null, null, null, [freeze.Vote]),
            AccountIntent.Deliver deliver => new Effect.Deliver(
                deliver.To,
                new AccountCommand.ReceiveTransfer(id, deliver.Leg, account, deliver.Amount),
                new PacketCommand.RecordLeg(id, deliver.Leg.Leg, new LegProgress.Delivered())),
            AccountIntent.TellReturned tell =>
                new Effect.TellPacket(tell.Leg.Packet, new PacketCommand.RecordLeg(id, tell.Leg.Leg, new LegProgress.Returned(tell.Rejection))),
            AccountIntent.TellLaneResumed resume =>
                new Effect.TellLane(resume.Chain, resume.Address, new LaneCommand.Resume(id, account, resume.ForeignTx, resume.Change)),
            AccountIntent.ErasePersonal => new Effect.ErasePersonal(account),
            AccountIntent.PostFee fee => new Effect.TellRevenue(fee.Period, new RevenueCommand.PostFee(id, account, fee.Packet, fee.Kind, fee.Amount)),
            _ => OfDeposit(account, id, intent),
        };
    }

    private static Effect OfDeposit(AccountId account, Guid id, AccountIntent intent) => intent switch
    {
        AccountIntent.Screen screen => new Effect.Screen(id, screen.Id, screen.Deposit, screen.Tier, screen.Sources),
        AccountIntent.AwaitDepth depth => new Effect.AwaitDepth(depth.Chain, depth.Block, depth.Extra),
        AccountIntent.OpenCase open => new Effect.TellCase(open.Case, new CaseCommand.Open(id, open.Payment, null, open.Score.Value, open.Score.Terms) { Subject = open.Subject }),
        AccountIntent.TellLost lost => new Effect.TellPacket(lost.Leg.Packet, new PacketCommand.RecordDepositLost(id, lost.Deposit)),
        AccountIntent.CloseCase close => new Effect.TellCase(close.Case, new CaseCommand.Close(id)),
        AccountIntent.TellCoin { Deposit: var deposit } coin => new Effect.TellLane(deposit.Chain, deposit.To, DepositCoin.Of(id, deposit, coin.IsLost ? deposit.Block.Hash : null, coin.IsReturn)),
        _ => throw new UnreachableException($"No such intent: {intent.GetType().Name}."),
    };

    internal static AccountCommand? Resume(AccountId account, string name, AccountIntent intent, EffectResult result)
    {
        // The answer to a case that is closed once more is another one: the account has heard the first.
        var id = EffectId.ResultOf(AccountDecider.Kind, account, intent is AccountIntent.CloseCase { Packet: { } packet } ? $"{name}/{packet}" : name);
        if (intent is AccountIntent.Deliver deliver) return Delivered(id, deliver, result);

        // A deposit that could not be scored, or whose depth is not known, stays held.
        if (intent is AccountIntent.Screen screen) return result is EffectResult.Screened { Score: var score } ? new AccountCommand.RecordScreening(id, screen.Id, score) : null;
        if (intent is AccountIntent.AwaitDepth depth) return result is EffectResult.Done ? new AccountCommand.RecordDepth(id, depth.Id, depth.Block) : null;
        return Answers.Definite(result) is { } reply ? new AccountCommand.Acknowledge(id, name, reply) : null;
    }

    /// <summary>Only the payee's durable word ends a transfer, and only when its packet knows of it; every other answer leaves it owed.</summary>
    private static AccountCommand? Delivered(Guid id, AccountIntent.Deliver deliver, EffectResult result) => result switch
    {
        EffectResult.Delivered { Payee: var payee, Packet: { } packet } when Effect.Deliver.HasArrived(payee) => packet switch
        {
            CommandReply.Accepted => new AccountCommand.CloseTransfer(id, deliver.Leg, null),
            CommandReply.Refused { Rejection: var rejection } when Answers.IsDefinite(rejection) => new AccountCommand.CloseTransfer(id, deliver.Leg, rejection),
            _ => null,
        },
        EffectResult.Delivered { Payee: CommandReply.Accepted payee } when !Effect.Deliver.HasArrived(payee) =>
            new AccountCommand.ReturnTransfer(id, deliver.Leg, new(RejectionCode.TransferTombstoned, "a payee that can accept", $"{deliver.To}")),
        EffectResult.Delivered { Payee: CommandReply.Refused { Rejection.Code: RejectionCode.TransferTombstoned } refused } =>
            new AccountCommand.ReturnTransfer(id, deliver.Leg, refused.Rejection),
        _ => null,
    };
}
