using Orleans.Concurrency;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Gossip;
using TPWallet.Grains.Channels;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Grains.Shell;

namespace TPWallet.Grains;

/// <summary>The shell of what operators tell each other. How each teller stands, and which channels were looked at, is kept in memory alone.</summary>
[Reentrant]
public sealed class GossipGrain(ShellServices services, GossipSettings settings)
    : MachineGrain<GossipDecider, GossipState, GossipCommand, GossipEvent>(services, _codec), IGossipGrain
{
    private static readonly MachineCodec<GossipState, GossipCommand, GossipEvent> _codec =
        new(ContractJson.Default.GossipCommand, GossipJson.Default.GossipEvent, GossipJson.Default.GossipState);

    private readonly JournalClock _clock = services.Clock;

    // Caches, not state.
    private readonly Dictionary<Name, TellerStanding> _tellers = [];
    private readonly SortedDictionary<Bytes32, Instant> _lookedAt = [];

    public Task<GossipPage> Tell(Name to, long after) => Task.FromResult(GossipDecider.Tell(State, to, after));

    public Task<HeardPage> ReadHeard(RouterRef network, long after) => Task.FromResult(GossipDecider.ReadHeard(State, network, after));

    public Task<ImmutableArray<WordVerdict>> Weigh(Name from, ImmutableArray<SignedAnnouncement> words) => Task.FromResult(GossipDecider.Weigh(State, from, words, _clock.Stamp(default)));

    public Task<long?> BeginAsking(Name teller)
    {
        var (now, standing) = (_clock.Now, _tellers.GetValueOrDefault(teller, TellerStanding.New));
        if (State.Networks.IsEmpty || !standing.IsDue(now, settings.AskEvery)) return Task.FromResult<long?>(null);
        _tellers[teller] = standing.Asked(now);
        return Task.FromResult<long?>(_tellers[teller].Next);
    }

    public Task EndAsking(Name teller, TellingReport report)
    {
        _tellers[teller] = _tellers.GetValueOrDefault(teller, TellerStanding.New).With(report, _clock.Now);
        return Task.CompletedTask;
    }

    public Task<ImmutableArray<ChannelAnnouncement>> TakeDue(int most)
    {
        var now = _clock.Now;
        var known = State.Words.Values.Where(static word => word.From is not null).DistinctBy(static word => word.Side.Channel).ToArray();
        if (_lookedAt.Count > known.Length) foreach (var gone in _lookedAt.Keys.Except(known.Select(static word => word.Side.Channel)).ToArray()) _lookedAt.Remove(gone);
        // What is new was looked at when it was heard.
        foreach (var word in known) _lookedAt.TryAdd(word.Side.Channel, now);
        var due = known.Where(word => _lookedAt[word.Side.Channel] + settings.LookEvery <= now).OrderBy(word => _lookedAt[word.Side.Channel]).Take(most).ToArray();
        foreach (var word in due) _lookedAt[word.Side.Channel] = now;
        return Task.FromResult<ImmutableArray<ChannelAnnouncement>>([.. due.Select(static word => word.Content)]);
    }

    public Task<GossipView> Read()
    {
        var sides = GossipDecider.SidesOf(State);
        return Task.FromResult(GossipDecider.View(State, [.. _tellers.OrderBy(static teller => teller.Key).Select(teller => teller.Value.LineOf(teller.Key, sides.GetValueOrDefault(teller.Key)))]));
    }
}
