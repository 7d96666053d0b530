using System.Security.Cryptography;
using System.Text;
using TPWallet.Domain.Fees;
using TPWallet.Domain.Lanes;
using TPWallet.Domain.Machines;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Lanes;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Signing;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Domain.Lanes;

/// <summary>A lane with a small world around it: node, signer and watcher answer when told to.</summary>
internal sealed class LaneRun : MachineRun<LaneDecider, LaneState, LaneCommand, LaneEvent>
{
    internal const ulong FirstNonce = 7;

    internal static readonly Address From = AddressOf("hot");

    internal static readonly GasTerms Terms = new(21_000, 100, 10);

    internal static readonly UInt256 Budget = 10_000_000;

    private static readonly AccountId _owner = new(Hash("owner"));

    private int _signatures;
    private int _reports;

    internal LaneRun()
        : base($"{Chain}/{From}", LaneJson.Default.LaneEvent, LaneJson.Default.LaneState)
    {
    }

    internal static Bytes32 Hash(string text) => Bytes32.From(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    internal static LegRef Ref(string leg) => new(new(_owner, "p-" + leg), leg);

    internal static SpendIntent Intent(string leg, UInt256? budget = null, UInt256? amount = null) => new(
        Ref(leg), Transfer(leg, amount ?? 5, fee: budget ?? Budget), "hot", Hash("packet " + leg), budget ?? Budget, Start + Span.Hours(48));

    internal LaneEntry Entry(string leg) => State.Find(Ref(leg))!;

    internal string Stage(string leg) => State.Find(Ref(leg)) is { } entry ? LaneDecider.StageName(entry.Stage) : "gone";

    internal SignedVersion Newest(string leg) => Entry(leg).Signed!.Newest;

    internal LaneRun Submit(params ReadOnlySpan<string> legs)
    {
        foreach (var leg in legs) Accept(new LaneCommand.Submit(Id("submit " + leg), Intent(leg)));
        return this;
    }

    /// <summary>Facts as the nodes agree on them.</summary>
    internal LaneRun Facts(ulong nonce = FirstNonce, UInt256? balance = null, UInt256? baseFee = null, bool hasDelegate = false)
    {
        Answer<Effect.ReadLaneFacts>(new EffectResult.LaneFacts(nonce, balance ?? Ether, Market(baseFee ?? 40), hasDelegate));
        return this;
    }

    /// <summary>Bids at a base fee: twice of it for the next block, and as much less as there is time.</summary>
    internal static FeeMarket Market(UInt256 baseFee, int tip = 10) => new(
        baseFee,
        Span.Seconds(12),
        [
            .. Enumerable.Range(FeeSchedule.LastBlocks, FeeSchedule.Blocks - FeeSchedule.LastBlocks + 1)
                .Select(left => new FeeBid(left, ((baseFee * 2) + (ulong)tip) * (ulong)(14 - left) / 10, left == FeeSchedule.LastBlocks ? (ulong)tip : 1)),
        ]);

    /// <summary>A market that has one bid, for everybody.</summary>
    internal static FeeMarket Market(GasTerms terms) =>
        new(40, Span.Seconds(12), [new(FeeSchedule.LastBlocks, terms.MaxFeePerGas, terms.MaxPriorityFeePerGas)]);

    internal LaneRun Price(string leg, GasTerms? terms = null)
    {
        Accept(new LaneCommand.RecordTerms(NewId(), Ref(leg), (terms ?? Terms).GasLimit, Market(terms ?? Terms)));
        return Admit();
    }

    /// <summary>Account and chain admit the next first signature, if one is asked for and <see cref="Stopped"/> is not set.</summary>
    internal LaneRun Admit()
    {
        foreach (var (intent, effect) in Owed)
            if (!Stopped && effect is Effect.Admit { Watch: null }) Answer(intent, Done);
        return this;
    }

    /// <summary>An operator's stop holds: nothing is admitted.</summary>
    internal bool Stopped { get; set; }

    /// <summary>The key takes the request that is owed, and signs.</summary>
    internal LaneRun Sign(string leg)
    {
        var (intent, request) = Requested(leg);
        Answer(intent, Done);
        var hash = Hash($"tx {leg} {request.Nonce} {request.Terms} {request.NoOp} {_signatures++}");
        Accept(new LaneCommand.RecordSigning(NewId(), Ref(leg), request.NoOp, new SignOutcome.Signed(hash.ToArray(), hash)));
        return Admit();
    }

    internal LaneRun RefuseToSign(string leg, RejectionCode code = RejectionCode.SignerRefused)
    {
        var (intent, request) = Requested(leg);
        Answer(intent, Done);
        Accept(new LaneCommand.RecordSigning(NewId(), Ref(leg), request.NoOp, new SignOutcome.Refused(new(code, "a", "b"))));
        return Admit();
    }

    internal (string Intent, Effect.RequestSignature Request) Requested(string leg)
    {
        var (intent, effect) = Owed.Single(o => o.Value is Effect.RequestSignature r && r.Intent.Leg == Ref(leg));
        return (intent, (Effect.RequestSignature)effect);
    }

    internal bool IsRequested(string leg) => Owed.Values.Any(effect => effect is Effect.RequestSignature r && r.Intent.Leg == Ref(leg));

    /// <summary>Watcher and tracker know every version.</summary>
    internal LaneRun Watch()
    {
        foreach (var (intent, effect) in Owed)
            if (effect is Effect.TellWatched or Effect.TellTracker || (!Stopped && effect is Effect.Admit { Watch: not null })) Answer(intent, Done);
        return this;
    }

    internal LaneRun Sent(string leg, BroadcastOutcome? outcome = null)
    {
        var hash = Newest(leg).TxHash;
        var intent = Owed.Single(o => o.Value is Effect.Broadcast b && b.TxHash == hash).Key;
        Answer(intent, new EffectResult.BroadcastSaid(outcome ?? new BroadcastOutcome.Accepted(["n1"])));
        return this;
    }

    internal bool IsSending(string leg) => Owed.Values.Any(effect => effect is Effect.Broadcast b && b.TxHash == Newest(leg).TxHash);

    /// <summary>Every leg from its queue to a node.</summary>
    internal LaneRun Broadcast(params ReadOnlySpan<string> legs)
    {
        Submit(legs);
        if (Owed.Values.Any(effect => effect is Effect.ReadLaneFacts)) Facts();
        foreach (var leg in legs) Price(leg).Sign(leg).Watch().Sent(leg);
        return this;
    }

    internal Inclusion In(string leg, string block = "block 1", bool succeeded = true, int version = -1)
    {
        var versions = Entry(leg).Signed!.Versions;
        return new(Chain, versions[version < 0 ? ^1 : version].TxHash, new(100, Hash(block)), succeeded, 2_000_000);
    }

    internal ImmutableArray<LaneEvent> Observe(string leg, Func<int, WatchReport> report) =>
        Accept(new LaneCommand.RecordObservation(NewId(), Ref(leg), report(++_reports)));

    internal ImmutableArray<LaneEvent> Mined(string leg, string block = "block 1", bool succeeded = true, int version = -1) =>
        Observe(leg, n => new WatchReport.Mined(n, In(leg, block, succeeded, version)));

    internal ImmutableArray<LaneEvent> Final(string leg, string block = "block 1", bool succeeded = true, int version = -1) =>
        Observe(leg, n => new WatchReport.Final(n, In(leg, block, succeeded, version)));

    internal ImmutableArray<LaneEvent> Unmined(string leg, string block = "block 1") =>
        Observe(leg, n => new WatchReport.Unmined(n, Newest(leg).TxHash, Hash(block)));

    internal ImmutableArray<LaneEvent> Close(string leg) => Accept(new LaneCommand.Close(NewId(), Ref(leg), "settle-before passed"));

    /// <summary>What the leg's packet has been told or is owed, in order; every report is delivered on the way.</summary>
    internal ImmutableArray<LegProgress> Told(string leg)
    {
        var told = ImmutableArray.CreateBuilder<LegProgress>();
        while (Owed.FirstOrDefault(o => o.Value is Effect.TellPacket t && t.Packet == Ref(leg).Packet) is { Key: { } intent } owed)
        {
            told.Add(((PacketCommand.RecordLeg)((Effect.TellPacket)owed.Value).Command).Progress);
            Answer(intent, Done);
        }

        return told.ToImmutable();
    }

    internal static EffectResult Done { get; } = new EffectResult.Replied(new CommandReply.Accepted(1, []));

    internal static EffectResult No(RejectionCode code) => new EffectResult.Replied(new CommandReply.Refused(new(code, "a", "b")));
}
