using System.Text.Json.Serialization;
using TPWallet.Domain.Peers;
using TPWallet.Grains.Interfaces.Peers;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Channels;

/// <summary>What a side tells at one time of its peer.</summary>
/// <param name="IsOpen">The channel is open.</param>
public sealed record DealingBatch(bool IsOpen, ImmutableArray<Dealing> Dealings);

/// <summary>What a side has seen of a peer at another operator. Told in numbered batches, each the same until it is known to be heard: so each dealing counts once.</summary>
/// <param name="Told">Number of the newest batch that was heard.</param>
/// <param name="IsKnown">Whoever keeps the peer's standing knows that the channel is open.</param>
/// <param name="Batch">On its way; null: nothing is.</param>
/// <param name="Next">What goes after it, each reason once.</param>
public sealed record PeerDealings(long Told, bool IsKnown, DealingBatch? Batch, ImmutableArray<Dealing> Next)
{
    /// <summary>A lock that is held longer is noted.</summary>
    public static readonly Span LongestHold = Span.Seconds(600);

    /// <summary>A signature that comes later is not noted.</summary>
    public static readonly Span InTime = Span.Seconds(60);

    /// <summary>Who says nothing for longer, with something to sign before it, is noted.</summary>
    public static readonly Span LongestSilence = Span.Seconds(600);

    /// <summary>And again after that.</summary>
    public static readonly Span SilentAgain = Span.Hours(1);

    /// <summary>How long nobody watches a peer whose silence was noted.</summary>
    public static readonly Span WatchAgain = Span.Seconds(2_760);

    /// <summary>While the peer has something of ours this side writes down that it is there, if nothing else shows it.</summary>
    public static readonly Span Watch = Span.Seconds(120);

    /// <summary>A side whose events are further apart was away: a process that stands still hears no answer.</summary>
    public static readonly Span LongestGap = Span.Seconds(240);

    /// <summary>Nothing yet.</summary>
    public static PeerDealings None { get; } = new(0, false, null, []);

    /// <summary>Since when the peer has something of ours to sign; null: it has nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? WaitsSince { get; init; }

    /// <summary>When its silence was noted last; null: it was not, or it has answered since.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Instant? SilentAt { get; init; }

    /// <summary>When this side's newest event was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Instant SeenAt { get; init; }

    /// <summary>Since when it has been there without a gap.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Instant AwakeFrom { get; init; }

    /// <summary>A stale close of this channel was noted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsStale { get; init; }

    /// <summary>As of an event of this side.</summary>
    public PeerDealings At(Instant at) => this with { AwakeFrom = at - SeenAt > LongestGap ? at : AwakeFrom, SeenAt = at };

    /// <summary>How long the peer has had something, as far as this side was there to hear of it: its own outage is no fault of the peer's.</summary>
    public Span Waited(Instant since) => SeenAt - (since > AwakeFrom ? since : AwakeFrom);

    /// <summary>With one more.</summary>
    public PeerDealings With(DealingReason reason, Instant at, ulong number)
    {
        var known = Next.FirstOrDefault(dealing => dealing.Reason == reason);
        var dealing = new Dealing(reason, (known?.Count ?? 0) + 1, at, number);
        return this with { Next = known is null ? Next.Add(dealing) : Next.Replace(known, dealing) };
    }

    /// <summary>What is to be told goes as soon as nothing else does: what is bad and whether it is open at once, what is good with the next look.</summary>
    public PeerDealings Cut(bool isOpen, bool looks) =>
        Batch is null && (isOpen != IsKnown || (looks && !Next.IsEmpty) || Next.Any(static dealing => PeerRules.IsBad(dealing.Reason)))
            ? this with { Batch = new(isOpen, Next), Next = [] }
            : this;

    /// <summary>The batch was heard.</summary>
    public PeerDealings Heard() => this with { Told = Told + 1, IsKnown = Batch!.IsOpen, Batch = null };
}
