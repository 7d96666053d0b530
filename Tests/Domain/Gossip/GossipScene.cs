using System.Security.Cryptography;
using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Domain.Gossip;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Routing;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Gossip;
using TPWallet.Grains.Interfaces.Routing;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Domain.Gossip;

/// <summary>An operator as its keeper of announcements: what it tells and hears goes from machine to machine, and each channel key signs for itself.</summary>
internal sealed class GossipRun(Name name) : MachineRun<GossipDecider, GossipState, GossipCommand, GossipEvent>("channels", GossipJson.Default.GossipEvent, GossipJson.Default.GossipState)
{
    private int _ids;

    public Name Name => name;

    /// <summary>Has a side here say what it is.</summary>
    public ImmutableArray<GossipEvent> Publish(ChannelFacts facts, int node, Name? peer, bool isPublic = true, bool isOpen = true) =>
        Accept(new GossipCommand.Publish(NextId(), GossipScene.OpeningOf(facts, node, peer), GossipScene.SideOf(facts, node, isOpen), isPublic));

    /// <summary>Every key that is asked signs.</summary>
    public void Sign()
    {
        foreach (var (intent, effect) in Owed)
        {
            var wanted = (Effect.SignAnnouncement)effect;
            Answer(intent, new EffectResult.ChannelSigned(GossipScene.Sign(wanted.Content).Signature));
        }
    }

    /// <summary>Hears all that another has to tell, whose contracts show every channel; what was refused.</summary>
    public List<Rejection> HearAll(GossipRun other)
    {
        var refused = new List<Rejection>();
        var page = new GossipPage([], 0, false);
        while (!page.IsWhole)
        {
            page = GossipDecider.Tell(other.State, name, page.Last);
            foreach (var entry in page.Entries)
                if (Do(Heard(other.Name, entry.Word)) is Decision<GossipEvent>.Refuse refuse) refused.Add(refuse.Rejection);
        }

        return refused;
    }

    public GossipCommand.Hear Heard(Name from, SignedAnnouncement word) => new(NextId(), from, word, GossipScene.Open);

    public ImmutableArray<HeardSide> Known => GossipDecider.ReadHeard(State, GossipScene.Network, 0).Sides;

    public Guid NextId() => People.Id($"{name} {++_ids}");
}

/// <summary>Keys and channels that operators tell each other of.</summary>
internal static class GossipScene
{
    public static readonly FundingSight Open = new(ChannelStage.Open, 1_000);

    public static readonly RouterRef Network = new(People.Chain, People.AddressOf("manager"), People.AddressOf("token"));

    private static readonly ForwardTerms _forwards = new(1, 1_000, 2_000, 1_000_000);

    public static ChannelFacts Facts(int one, int other, ulong counter)
    {
        var (a, b) = NodeOf(one).CompareTo(NodeOf(other)) < 0 ? (NodeOf(one), NodeOf(other)) : (NodeOf(other), NodeOf(one));
        return new(Network.Chain, Network.Manager, a, b, Network.Token, counter);
    }

    public static ChannelSide Us(ChannelFacts facts, int node) => facts.A == NodeOf(node) ? ChannelSide.A : ChannelSide.B;

    public static ChannelRef Ref(ChannelFacts facts, int node) => new(ChannelDomain.Id(facts), Us(facts, node));

    public static AccountId AccountOf(int node) => new(PacketRun.Hash($"account {node}"));

    public static ChannelOpening OpeningOf(ChannelFacts facts, int node, Name? peer) => new(AccountOf(node), "channels", facts, new(100, 1_000, 1_000_000, 100_000, 500), peer);

    public static AnnouncedSide SideOf(ChannelFacts facts, int node, bool isOpen = true) => new(
        Ref(facts, node), AccountOf(node), "channels", facts.A, facts.B, isOpen, isOpen ? 1_000 : UInt256.Zero, _forwards, 500, 100_000, 100, OnionKeyOf(node));

    /// <summary>What a side says at a time.</summary>
    public static ChannelAnnouncement Content(ChannelFacts facts, int node, Instant at) =>
        new(facts, Us(facts, node), (ulong)(at.UnixMs / 1000), false, _forwards, 1, 500, 100_000, 100, OnionKeyOf(node));

    /// <summary>Signed by its party's key.</summary>
    public static SignedAnnouncement Sign(ChannelAnnouncement content)
    {
        for (var node = 0; node < 100; node++)
            if (NodeOf(node) == content.Party) return Sign(content, node);
        throw new InvalidOperationException("Nobody's key.");
    }

    /// <summary>Signed by somebody's key.</summary>
    public static SignedAnnouncement Sign(ChannelAnnouncement content, int node)
    {
        using var key = PrivateKey.From(SecretOf(node));
        return new(content, ChannelSignature.Sign(key, AnnouncementDigest.Of(content)));
    }

    public static Address NodeOf(int node)
    {
        Span<byte> point = stackalloc byte[Secp256k1.UncompressedLength];
        Secp256k1.CreatePublicKey(SecretOf(node), point);
        return Address.From(Keccak256.Hash(point[1..]).AsSpan(12));
    }

    public static HexBytes OnionKeyOf(int node)
    {
        using var key = PrivateKey.From(SHA256.HashData(SecretOf(node)));
        return HexBytes.From(Secp256k1.CreatePublicKey(key));
    }

    private static byte[] SecretOf(int node) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes($"tpw.test.gossip|{node}"));
}
