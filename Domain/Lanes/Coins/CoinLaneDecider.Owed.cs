using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Lanes.Coins;

/// <summary>What the lane owes to the world, when it wakes, and what callers see of it.</summary>
public sealed partial class CoinLaneDecider
{
    public static ImmutableSortedDictionary<string, Effect> Owed(CoinLaneState state)
    {
        var owed = ImmutableSortedDictionary.CreateBuilder<string, Effect>(StringComparer.Ordinal);
        if (state.Recovery is { } recovery)
        {
            // Nothing else: what was decided before the restore may be overtaken by what was signed since.
            owed.Add(LaneIntent.Of(LaneIntent.Signed, recovery.Number), new Effect.ReadSigned(new(state.Chain, state.Address, 0, recovery.Before)));
            return owed.ToImmutable();
        }

        if (state.MarketWanted is { } number) owed.Add(LaneIntent.Of(CoinIntent.Market, number), new Effect.ReadMarket(state.Chain));
        if (state is { Selecting: { } selecting, Market: { } market } && state.Entries[selecting.Sequence] is var chosen)
        {
            owed.Add(LaneIntent.Of(CoinIntent.Select, selecting.Sequence, selecting.Number), new Effect.SelectCoins(
                state.Chain, state.Address, chosen.Intent.Leg, FreeCoins(state, chosen), FreeChange(state, chosen), Target(chosen), market.RateSatPerKvb));
        }

        foreach (var entry in state.Entries.Values) AddLeg(owed, state, entry);
        AddNews(owed, state);
        return owed.ToImmutable();
    }

    public static LaneCommand? Resume(CoinLaneState state, string intent, EffectResult result)
    {
        var id = EffectId.ResultOf(Kind, state.Key, intent);
        var parsed = LaneIntent.Parse(intent);
        var entry = state.Entries.GetValueOrDefault(parsed.Number);
        switch (parsed.Name, result)
        {
            case (CoinIntent.Market, EffectResult.Market market):
                return new LaneCommand.RecordMarket(id, market.RateSatPerKvb, market.LeastSatPerKvb, market.IncrementSatPerKvb);
            case (LaneIntent.Signed, EffectResult.SignedSaid said):
                return new LaneCommand.RecordSigned(id, parsed.Number, said.Page);
            case (CoinIntent.Market or LaneIntent.Signed, _):
                return null;
            case (CoinIntent.Select, EffectResult.Selected selected) when entry is not null:
                return new LaneCommand.RecordSelection(id, entry.Intent.Leg, selected.Coins);
            case (CoinIntent.Select, EffectResult.Gone gone):
                return new LaneCommand.RecordGone(id, gone.Coin);
            case (LaneIntent.Broadcast, EffectResult.BroadcastSaid said) when entry is not null:
                return new LaneCommand.RecordBroadcast(id, entry.Intent.Leg, parsed.TxHash, said.Outcome);
            case (LaneIntent.Broadcast, EffectResult.Failed failed) when entry is not null:
                return new LaneCommand.RecordBroadcast(id, entry.Intent.Leg, parsed.TxHash, new BroadcastOutcome.Refused(failed.Rejection));
            case (LaneIntent.Broadcast, _):
            case (LaneIntent.Admit, not EffectResult.Replied { Reply: CommandReply.Accepted }):
            case (LaneIntent.Track, EffectResult.Replied { Reply: CommandReply.Refused { Rejection.Code: RejectionCode.OperatorStopped or RejectionCode.ChainStopped } }):
                // A stop ends one day; until then what it holds back is asked again, and the leg's own deadline ends the wait.
                return null;
            default:
                return Answers.Definite(result) is { } reply ? new LaneCommand.Acknowledge(id, intent, reply) : null;
        }
    }

    public static Instant? NextWake(CoinLaneState state)
    {
        if (state.Recovery is not null) return null;
        Instant? wake = state.MarketWanted is null && Selectable(state) is { Stage: CoinStage.Queued queued } ? queued.RetryAt : null;
        foreach (var entry in state.Entries.Values)
        {
            var due = entry.Stage is CoinStage.Queued or CoinStage.Reserved ? entry.Intent.SettleBefore
                : Sendable(entry) is { Resend: > 0 } body ? body.NextAt
                : HeldNoOp(state, entry);
            if (due is { } at && (wake is not { } soonest || at < soonest)) wake = at;
        }

        return wake;
    }

    public static CoinLaneView View(CoinLaneState state, long version) => new(
        state.Key,
        version,
        state.Stop is not null,
        state.Stop?.Reason.ToString(),
        [.. state.Coins.Values.Select(coin => new LaneCoin(coin.Output, coin.ValueSat, coin.Block) { Returns = coin.Returns })],
        [.. state.Entries.Values.Select(entry => new CoinLegView(
            entry.Intent,
            StageName(entry.Stage),
            [.. (entry.Body?.Versions ?? []).Select(v => new CoinVersionView(v.Spend, v.Raw, v.TxHash, v.Accepted))]))]);

    private static Instant? HeldNoOp(CoinLaneState state, CoinLeg entry) =>
        ToBeClosed(entry) is { } body
        && body.Versions.Length < LaneLimits.Versions && NoOp(state, entry, body) is not null
            ? body.HeldUntil
            : null;

    private static void AddLeg(ImmutableSortedDictionary<string, Effect>.Builder owed, CoinLaneState state, CoinLeg entry)
    {
        switch (entry.Stage)
        {
            case CoinStage.Reserved when state.Stop is null:
                var admit = LaneIntent.Of(LaneIntent.Admit, entry.Sequence);
                owed.Add(admit, new Effect.Admit(EffectId.Of(Kind, state.Key, admit), entry.Intent.Leg, state.Chain, null));
                break;
            case CoinStage.Signing { Owed: true } signing:
                AddSign(owed, state, entry, new(signing.Spend, signing.Request, true));
                break;
            case CoinStage.Signed signed:
                AddSigned(owed, state, entry, signed.Body);
                break;
            default:
                // A signature that was asked for is still asked for when another version is mined meanwhile: its outcome ends it.
                if (entry.Body?.Pending is { Owed: true } pending) AddSign(owed, state, entry, pending);
                break;
        }
    }

    private static void AddSign(ImmutableSortedDictionary<string, Effect>.Builder owed, CoinLaneState state, CoinLeg entry, PendingSpend pending)
    {
        var intent = LaneIntent.Of(LaneIntent.Sign, entry.Sequence, pending.Request);

        // A parent that is final meanwhile is found by its block, like any other transaction.
        var spend = pending.Spend with
        {
            Inputs = [.. pending.Spend.Inputs.Select(input => input with { Block = state.Coins.GetValueOrDefault(CoinLaneState.KeyOf(input.Output))?.Block ?? input.Block })],
        };
        var parents = spend.Inputs.Select(input => ParentOf(state, input.Output)?.Body!.Find(input.Output.TxHash)?.Raw).OfType<HexBytes>();
        owed.Add(intent, new Effect.RequestSpend(
            state.Chain, state.Address, entry.Intent, spend, [.. parents.Distinct()], EffectId.Of(Kind, state.Key, intent)));
    }

    private static void AddSigned(ImmutableSortedDictionary<string, Effect>.Builder owed, CoinLaneState state, CoinLeg entry, CoinBody body)
    {
        if (body.Pending is { Owed: true } pending) AddSign(owed, state, entry, pending);
        foreach (var version in body.Versions)
        {
            if (!version.Watched)
            {
                var watch = LaneIntent.Of(LaneIntent.Watch, entry.Sequence, version.TxHash);
                var subject = new WatchSubject.LaneEntry(state.Chain, state.Address, 0, entry.Intent.Leg);
                owed.Add(watch, new Effect.TellWatched(
                    state.Chain, version.TxHash, new WatchedCommand.Watch(EffectId.Of(Kind, state.Key, watch), state.Chain, version.TxHash, subject)));
            }

            if (!version.Tracked) AddTrack(owed, state, entry, LaneIntent.Of(LaneIntent.Track, entry.Sequence, version.TxHash), version, IsFirst(entry, body));
            else if (version.Lookup is { } lookup)
                AddTrack(owed, state, entry, LaneIntent.Of(LaneIntent.Lookup, entry.Sequence, version.TxHash, lookup), version, first: false);
            if (version.Sending is { } sending)
            {
                owed.Add(
                    LaneIntent.Of(LaneIntent.Broadcast, entry.Sequence, version.TxHash, sending),
                    new Effect.Broadcast(
                        state.Chain, version.TxHash, version.Raw, entry.Intent.Content, version.NoOp ? null : entry.Intent.SettleBefore));
            }
        }
    }

    // Asking again to track a known transaction makes the tracker look for it (field notes 7 and 8).
    private static void AddTrack(
        ImmutableSortedDictionary<string, Effect>.Builder owed, CoinLaneState state, CoinLeg entry, string intent, CoinVersion version, bool first)
    {
        var watch = new TrackerCommand.WatchSpends(
            EffectId.Of(Kind, state.Key, intent),
            version.TxHash,
            entry.Intent.Leg.Packet.Owner,
            [.. version.Spend.Inputs.Select(input => input.Output)],
            entry.Intent.Content.Finality);

        // The question has an id of its own: the tracker remembers the other one for the transaction that it watches.
        owed.Add(intent, first
            ? new Effect.Admit(EffectId.Of(Kind, state.Key, $"{LaneIntent.Admit}/{intent}"), entry.Intent.Leg, state.Chain, watch)
            : new Effect.TellTracker(state.Chain, watch));
    }

    // Nothing of this leg was ever sent, and it is not being closed: sending it is new spending. Everything later is defence.
    private static bool IsFirst(CoinLeg entry, CoinBody body) => entry.Closing is null && body.Versions is [{ NoOp: false }];

    // Per leg only the oldest report is out, and per coin the oldest word, so that each is heard in order, whatever is lost or repeated.
    private static void AddNews(ImmutableSortedDictionary<string, Effect>.Builder owed, CoinLaneState state)
    {
        foreach (var (number, report) in state.Reports.GroupBy(r => r.Value.Leg).Select(group => group.First()))
        {
            var intent = LaneIntent.Of(LaneIntent.Report, number);
            owed.Add(intent, new Effect.TellPacket(
                report.Leg.Packet, new PacketCommand.RecordLeg(EffectId.Of(Kind, state.Key, intent), report.Leg.Leg, report.Progress)));
        }

        foreach (var (number, gift) in state.Gifts.GroupBy(g => g.Value.Coin.Output).Select(group => group.First()))
        {
            var intent = LaneIntent.Of(CoinIntent.Gift, number);
            var id = EffectId.Of(Kind, state.Key, intent);
            owed.Add(intent, new Effect.TellLane(state.Chain, gift.To, gift.IsLost
                ? new LaneCommand.RecordCoinLost(id, gift.Coin.Output, gift.Coin.Block.Hash)
                : new LaneCommand.RecordCoin(id, gift.Coin)));
        }
    }
}
