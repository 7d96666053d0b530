using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Invoices;
using TPWallet.Grains.Interfaces.Payments;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Domain.Routing;

/// <summary>The channels of one network as a silo knows them, made from the announcements that a <see cref="RouterDecider"/> has put in order. Immutable.</summary>
public sealed partial record NetworkMap
{
    /// <summary>
    /// Seconds that a payee's lock lasts beyond what the payee asks for: nodes have seen other final blocks, and a part may be tried again.
    /// </summary>
    public const uint FinalSlack = 600;

    private static readonly Address _lowest = Address.From(new byte[20]);
    private static readonly Address _highest = Address.From([.. Enumerable.Repeat(byte.MaxValue, 20)]);

    private ImmutableSortedDictionary<Bytes32, SidePair> Channels { get; init; } = ImmutableSortedDictionary<Bytes32, SidePair>.Empty;

    /// <summary>Parties by account and key, and by the key that they read onions with.</summary>
    private ImmutableSortedDictionary<string, Address> Parties { get; init; } = ImmutableSortedDictionary.Create<string, Address>(StringComparer.Ordinal);

    private ImmutableSortedDictionary<Address, HexBytes> OnionKeys { get; init; } = ImmutableSortedDictionary<Address, HexBytes>.Empty;

    /// <summary>Knows nothing.</summary>
    public static NetworkMap Empty { get; } = new();

    /// <summary>The number of the newest announcement in it.</summary>
    public long Last { get; private init; }

    /// <summary>The open channels.</summary>
    public ChannelGraph Graph { get; private init; } = ChannelGraph.Empty;

    /// <summary>With what was announced since.</summary>
    public NetworkMap With(RouterPage page)
    {
        if (page.Last <= Last) return this;
        var (channels, parties, keys) = (Channels.ToBuilder(), Parties.ToBuilder(), OnionKeys.ToBuilder());
        var changes = new List<GraphChange>(page.Sides.Length);
        foreach (var side in page.Sides)
        {
            var pair = channels.GetValueOrDefault(side.Side.Channel).With(side);
            channels[side.Side.Channel] = pair;
            parties[NameOf(side.Account, side.Key)] = side.Party;
            parties[NameOf(side.OnionKey)] = side.Party;
            keys[side.Party] = side.OnionKey;
            changes.Add(pair.IsOpen ? new GraphChange.Announce(pair.Edge) : new GraphChange.Close(side.Side.Channel));
        }

        return new()
        {
            Channels = channels.ToImmutable(),
            Parties = parties.ToImmutable(),
            OnionKeys = keys.ToImmutable(),
            Last = page.Last,
            Graph = Graph.With(changes),
        };
    }

    /// <summary>The open sides of an account's channel key here.</summary>
    public ImmutableArray<ChannelRef> SidesOf(AccountId account, Name key) => Parties.TryGetValue(NameOf(account, key), out var party)
        ? [.. Graph.ChannelsOf(party).Select(edge => new ChannelRef(edge.Id, edge.A == party ? ChannelSide.A : ChannelSide.B))]
        : [];

    /// <summary>Under which key a node reads its layer of an onion; null for one that has announced nothing.</summary>
    public HexBytes? OnionKeyOf(Address node) => OnionKeys.TryGetValue(node, out var key) ? key : default(HexBytes?);

    /// <summary>With what an invoice says of the payee and its channels, which other operators may run.</summary>
    public NetworkMap With(InvoiceTerms terms)
    {
        var ways = terms.WaysIn.IsDefault ? [] : terms.WaysIn.Where(way => Graph.Find(way.Channel) is null).ToArray();
        var keys = OnionKeys;
        foreach (var way in ways)
            if (!keys.ContainsKey(PeerOf(way, terms.Node))) keys = keys.Add(PeerOf(way, terms.Node), way.OnionKey);
        return this with
        {
            OnionKeys = terms.Node is { } payee ? keys.SetItem(payee, terms.OnionKey) : keys,
            Graph = ways.Length == 0 ? Graph : Graph.With([.. ways.Select(way => new GraphChange.Announce(EdgeOf(way, terms.Node)))]),
        };
    }

    /// <summary>
    /// With the channel that a payment comes back by ending at a node that stands for its payer: a way there is a way round. That node is no key's address, and lies on the
    /// payer's side of the peer's, as the parties of a channel are in order.
    /// </summary>
    /// <param name="account">The payer.</param>
    public NetworkMap Round(PaymentRing ring, AccountId account, PaymentContent content)
    {
        if (Graph.Find(ring.Into.Channel) is not { } edge || !Parties.TryGetValue(NameOf(account, content.Place.Key), out var self) || edge.PartyOf(ring.Into.Us) != self) return this;
        var turned = ring.Into.Us == ChannelSide.A ? edge with { A = TurnOf(ring) } : edge with { B = TurnOf(ring) };
        return this with { OnionKeys = OnionKeys.SetItem(TurnOf(ring), content.Terms.OnionKey), Graph = Graph.With([new GraphChange.Close(edge.Id), new GraphChange.Announce(turned)]) };
    }

    /// <summary>An invoice's terms with how its maker is reached: by its largest channels.</summary>
    public InvoiceTerms Reached(InvoiceTerms terms, AccountId account, Name key)
    {
        if (!Parties.TryGetValue(NameOf(account, key), out var party) || LeastAt(party) is not { } least) return terms;
        var ways = Graph.ChannelsOf(party).Select(edge => WayBy(edge, edge.A == party ? ChannelSide.B : ChannelSide.A)).OfType<WayIn>()
            .OrderByDescending(static way => way.Capacity).ThenBy(static way => way.Channel).Take(InvoiceTerms.MostWaysIn);
        return terms with { Node = party, LeastSeconds = least, WaysIn = [.. ways] };
    }

    /// <summary>Who pays whom; null where one of them has no open channel that is known.</summary>
    public PaymentEnds? EndsOf(AccountId account, PaymentContent content)
    {
        if (!Parties.TryGetValue(NameOf(account, content.Place.Key), out var from)) return null;
        if (PayeeOf(account, content) is not { } to) return null;
        var own = TermsAt(from);
        if (own.IsEmpty || (content.Terms.LeastSeconds is > 0 and var said ? said : LeastAt(to)) is not { } least) return null;
        var most = HopPolicy.LongestOf(own.Max(static side => side.LongestLock));
        return new(from, to, (uint)Math.Min((ulong)least + FinalSlack, uint.MaxValue), most, own.Max(static side => side.LockFloor));
    }

    /// <summary>A channel by which its peer pays in: as that says here, or as its operator told. Null: it said nothing, or carries nothing on.</summary>
    private WayIn? WayBy(ChannelEdge edge, ChannelSide peer)
    {
        if (Channels.GetValueOrDefault(edge.Id).Of(peer) is { } side)
            return new(edge.Id, edge.A, edge.B, side.Capacity, side.Forwards, side.OnionKey) { LongestLock = (uint)Math.Min(side.LongestLock, uint.MaxValue) };
        return Heard.GetValueOrDefault(edge.Id).Of(peer) is { Content: { IsDisabled: false } told }
            ? new(edge.Id, edge.A, edge.B, edge.Capacity, told.Forwards, told.OnionKey) { LongestLock = (uint)told.LongestLock }
            : null;
    }

    private Address? PayeeOf(AccountId account, PaymentContent content)
    {
        if (content.Ring is not { } ring) return content.Terms.Node ?? (Parties.TryGetValue(NameOf(content.Terms.OnionKey), out var reader) ? reader : default(Address?));
        return SidesOf(account, content.Place.Key).Contains(ring.Out) && Graph.Find(ring.Into.Channel)?.PartyOf(ring.Into.Us) == TurnOf(ring) ? TurnOf(ring) : null;
    }

    /// <summary>How long a lock must last that pays a node; null where it has no open channel that is known.</summary>
    private uint? LeastAt(Address node) => TermsAt(node).Select(static side => side.ShortestLock).Concat(ShortestHeardAt(node)).ToArray() is { Length: > 0 } shortest
        ? (uint)Math.Min(shortest.Max(ForwardPolicy.LeastOf), uint.MaxValue)
        : null;

    private static Address TurnOf(PaymentRing ring) => ring.Into.Us == ChannelSide.A ? _lowest : _highest;

    private static Address PeerOf(WayIn way, Address? payee) => way.A == payee ? way.B : way.A;

    /// <summary>What the payee itself asks for to carry on nobody needs to know.</summary>
    private static ChannelEdge EdgeOf(WayIn way, Address? payee) =>
        new(way.Channel, way.A, way.B, way.Capacity, way.A == payee ? null : HopOf(way), way.B == payee ? null : HopOf(way));

    private static HopPolicy HopOf(WayIn way) => HopOf(way.Forwards) with { LongestLock = way.LongestLock == 0 ? uint.MaxValue : HopPolicy.LongestOf(way.LongestLock) };

    private static HopPolicy HopOf(ForwardTerms forwards) => new(forwards.BaseFee, forwards.FeePpm, forwards.LockDelta, UInt256.One, forwards.Most);

    private ImmutableArray<AnnouncedSide> TermsAt(Address node) => [.. Graph.ChannelsOf(node).Where(edge => Channels.ContainsKey(edge.Id)).Select(edge => Channels[edge.Id].Any)];

    private static string NameOf(AccountId account, Name key) => $"{account}/{key}";

    private static string NameOf(HexBytes onionKey) => $"reads {onionKey}";

    /// <summary>What both sides of a channel say, as far as they are here.</summary>
    private readonly record struct SidePair(AnnouncedSide? A, AnnouncedSide? B)
    {
        /// <summary>The terms are the same on both sides.</summary>
        public AnnouncedSide Any => (A ?? B)!;

        /// <summary>Nobody says otherwise.</summary>
        public bool IsOpen => A is not { IsOpen: false } && B is not { IsOpen: false };

        public ChannelEdge Edge => new(Any.Side.Channel, Any.A, Any.B, UInt256.Min(Any.Capacity, (B ?? A!).Capacity), PolicyOf(A), PolicyOf(B));

        public SidePair With(AnnouncedSide side) => side.Side.Us == ChannelSide.A ? this with { A = side } : this with { B = side };

        /// <summary>What a side says.</summary>
        public AnnouncedSide? Of(ChannelSide side) => side == ChannelSide.A ? A : B;

        private static HopPolicy? PolicyOf(AnnouncedSide? side) => side is null ? null : HopOf(side.Forwards) with { LongestLock = HopPolicy.LongestOf(side.LongestLock) };
    }
}
