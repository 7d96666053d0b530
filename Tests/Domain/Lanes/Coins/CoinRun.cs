using TPWallet.Domain.Lanes.Coins;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes.Coins;

/// <summary>A lane of coins with a small world around it: nodes, signer and watcher answer when told to.</summary>
internal sealed class CoinRun : MachineRun<CoinLaneDecider, CoinLaneState, LaneCommand, CoinLaneEvent>
{
    internal const long Budget = 10_000;

    internal static readonly ChainId Bitcoin = ChainId.Parse("bip122:000000000019d6689c085ae165831e93");

    internal static readonly Address From = AddressOf("hot");

    private static readonly AccountId _owner = new(LaneRun.Hash("owner"));

    private int _signatures;
    private int _reports;

    internal CoinRun()
        : base($"{Bitcoin}/{From}", CoinLaneJson.Default.CoinLaneEvent, CoinLaneJson.Default.CoinLaneState)
    {
    }

    internal bool Stopped { get; set; }

    internal static SpentOutput Output(string coin) => new(LaneRun.Hash("coin " + coin), 1);

    internal static LaneCoin CoinOf(string coin, long sat, string block = "block 0") => new(Output(coin), sat, new(50, LaneRun.Hash(block)));

    internal static LegRef Ref(string leg) => new(new(_owner, "p-" + leg), leg);

    internal static SpendIntent Intent(string leg, long sat = 50_000, long budget = Budget) => new(
        Ref(leg),
        new Leg.ChainTransfer(leg, [], From, AddressOf("payee"), new(AssetId.Native(Bitcoin), (ulong)sat), new((ulong)budget)),
        "hot",
        LaneRun.Hash("packet " + leg),
        (ulong)budget,
        Start + Span.Hours(48));

    internal CoinLeg Entry(string leg) => State.Find(Ref(leg))!;

    internal string Stage(string leg) => State.Find(Ref(leg)) is { } entry ? CoinLaneDecider.StageName(entry.Stage) : "gone";

    internal CoinVersion Newest(string leg) => Entry(leg).Body!.Newest;

    internal CoinRun Coin(string coin, long sat, string block = "block 0")
    {
        Accept(new LaneCommand.RecordCoin(NewId(), CoinOf(coin, sat, block)));
        return this;
    }

    internal CoinRun Submit(string leg, long sat = 50_000, long budget = Budget, bool toOwn = false)
    {
        Accept(new LaneCommand.Submit(Id("submit " + leg), Intent(leg, sat, budget)) { ToOwn = toOwn });
        return this;
    }

    /// <summary>Fee rates in satoshis per virtual byte.</summary>
    internal CoinRun Market(long rate = 2, long least = 1)
    {
        Answer<Effect.ReadMarket>(new EffectResult.Market(rate * 1000, least * 1000, 1000));
        return this;
    }

    /// <summary>The coins that are asked for are chosen: these, or the largest that are enough.</summary>
    internal CoinRun Choose(params string[] coins)
    {
        var (intent, asked) = Owes<Effect.SelectCoins>();
        var all = asked.Final.OrderByDescending(coin => coin.ValueSat).ToArray();
        SpentOutput[] chosen = coins.Length > 0 ? [.. coins.Select(Output)]
            : all.Sum(coin => coin.ValueSat) < asked.TargetSat ? [asked.Unconfirmed[0].Output]
            : [.. all.TakeWhile((_, i) => all.Take(i).Sum(coin => coin.ValueSat) < asked.TargetSat).Select(coin => coin.Output)];
        Answer(intent, new EffectResult.Selected([.. chosen]));
        return Admit();
    }

    internal CoinRun Admit()
    {
        foreach (var (intent, effect) in Owed)
            if (!Stopped && effect is Effect.Admit { Watch: null }) Answer(intent, LaneRun.Done);
        return this;
    }

    internal Effect.RequestSpend Requested(string leg) => Owed.Values.OfType<Effect.RequestSpend>().Single(request => request.Intent.Leg == Ref(leg));

    internal bool IsRequested(string leg) => Owed.Values.Any(effect => effect is Effect.RequestSpend request && request.Intent.Leg == Ref(leg));

    internal CoinRun Sign(string leg)
    {
        var request = Requested(leg);
        Answer(Owed.Single(owed => ReferenceEquals(owed.Value, request) || owed.Value is Effect.RequestSpend r && r.CommandId == request.CommandId).Key, LaneRun.Done);
        var hash = LaneRun.Hash($"tx {leg} {_signatures++}");
        Accept(new LaneCommand.RecordSigning(NewId(), Ref(leg), request.Spend.IsNoOp, new SignOutcome.Signed(hash.ToArray(), hash)));
        return this;
    }

    internal CoinRun RefuseToSign(string leg)
    {
        var request = Requested(leg);
        Answer(Owed.Single(owed => owed.Value is Effect.RequestSpend r && r.CommandId == request.CommandId).Key, LaneRun.Done);
        Accept(new LaneCommand.RecordSigning(
            NewId(), Ref(leg), request.Spend.IsNoOp, new SignOutcome.Refused(new(RejectionCode.SignerRefused, "a", "b"))));
        return this;
    }

    internal CoinRun Watch()
    {
        foreach (var (intent, effect) in Owed)
            if (effect is Effect.TellWatched or Effect.TellTracker || (!Stopped && effect is Effect.Admit { Watch: not null })) Answer(intent, LaneRun.Done);
        return this;
    }

    internal CoinRun Sent(string leg, BroadcastOutcome? outcome = null)
    {
        var hash = Newest(leg).TxHash;
        Answer(
            Owed.Single(o => o.Value is Effect.Broadcast b && b.TxHash == hash).Key,
            new EffectResult.BroadcastSaid(outcome ?? new BroadcastOutcome.Accepted(["n1"])));
        return this;
    }

    internal bool IsSending(string leg) => Owed.Values.Any(effect => effect is Effect.Broadcast b && b.TxHash == Newest(leg).TxHash);

    /// <summary>A leg from its submission to a node.</summary>
    internal CoinRun Broadcast(string leg, long sat = 50_000, long budget = Budget, bool toOwn = false)
    {
        Submit(leg, sat, budget, toOwn);
        if (Owed.Values.Any(effect => effect is Effect.ReadMarket)) Market();
        return Choose().Sign(leg).Watch().Sent(leg);
    }

    internal Inclusion In(string leg, string block = "block 1", int version = -1) => new(
        Bitcoin, Entry(leg).Body!.Versions[version < 0 ? ^1 : version].TxHash, new(100, LaneRun.Hash(block)), true, UInt256.Zero);

    internal ImmutableArray<CoinLaneEvent> Observe(string leg, Func<int, WatchReport> report) =>
        Accept(new LaneCommand.RecordObservation(NewId(), Ref(leg), report(++_reports)));

    internal ImmutableArray<CoinLaneEvent> Mined(string leg, string block = "block 1", int version = -1) =>
        Observe(leg, n => new WatchReport.Mined(n, In(leg, block, version)));

    internal ImmutableArray<CoinLaneEvent> Final(string leg, string block = "block 1", int version = -1) =>
        Observe(leg, n => new WatchReport.Final(n, In(leg, block, version)));

    internal ImmutableArray<CoinLaneEvent> Unmined(string leg, string block = "block 1", int version = -1) =>
        Observe(leg, n => new WatchReport.Unmined(n, In(leg, block, version).TxHash, LaneRun.Hash(block)));

    internal ImmutableArray<CoinLaneEvent> Conflicted(string leg, string by) => Observe(leg, n => new WatchReport.Conflicted(
        n, Newest(leg).TxHash, new(Bitcoin, LaneRun.Hash(by), new(101, LaneRun.Hash("block 2")), true, UInt256.Zero)));

    /// <summary>What took the place of a coin's transaction.</summary>
    internal static Inclusion Rival(string coin, string? block = null) =>
        new(Bitcoin, LaneRun.Hash($"rival of {coin}"), new(102, LaneRun.Hash(block ?? $"block of rival of {coin}")), true, UInt256.Zero);

    /// <summary>The coin that a leg spends can never be.</summary>
    internal ImmutableArray<CoinLaneEvent> Lost(string leg, string coin, int version = -1) =>
        Observe(leg, n => new WatchReport.Conflicted(n, Entry(leg).Body!.Versions[version < 0 ? ^1 : version].TxHash, Rival(coin)) { Lost = Output(coin) });

    internal ImmutableArray<CoinLaneEvent> Close(string leg) => Accept(new LaneCommand.Close(NewId(), Ref(leg), "settle-before passed"));

    /// <summary>What the leg's packet has been told or is owed, in order; every report is delivered on the way.</summary>
    internal ImmutableArray<LegProgress> Told(string leg)
    {
        var told = ImmutableArray.CreateBuilder<LegProgress>();
        while (Owed.FirstOrDefault(o => o.Value is Effect.TellPacket t && t.Packet == Ref(leg).Packet) is { Key: { } intent } owed)
        {
            told.Add(((PacketCommand.RecordLeg)((Effect.TellPacket)owed.Value).Command).Progress);
            Answer(intent, LaneRun.Done);
        }

        return told.ToImmutable();
    }
}
