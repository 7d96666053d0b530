using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Crypto.Onions;

namespace TPWallet.Tests.Crypto.Onions;

/// <summary>Onions against the vectors of BOLT-4, and what a hop does with one that is none of its own.</summary>
public sealed class OnionTests
{
    private static readonly byte[] _hash = [.. Enumerable.Repeat((byte)7, 32)];

    [Fact]
    public void Vector_IsMadeAndPeeled_ToTheByte()
    {
        using var json = Vector();
        var vector = json.RootElement;
        var hops = vector.GetProperty("points").EnumerateArray().Zip(vector.GetProperty("payloads").EnumerateArray(), static (key, payload) => new OnionHop(Hex(key), Hex(payload))).ToArray();
        using var session = PrivateKey.From(Hex(vector.GetProperty("session")));
        var associated = Hex(vector.GetProperty("associated"));
        var packet = Onion.Create(hops, session, associated, out var shared);
        Convert.ToHexStringLower(packet).Should().Be(vector.GetProperty("onion").GetString());
        shared.Select(Convert.ToHexStringLower).Should().Equal(vector.GetProperty("shared").EnumerateArray().Select(static one => one.GetString()!));
        for (var i = 0; i < hops.Length; i++)
        {
            using var node = PrivateKey.From(Hex(vector.GetProperty("keys")[i]));
            var peeled = Onion.Peel(packet, node, associated)!;
            peeled.Payload.Should().Equal(hops[i].Payload);
            peeled.SharedSecret.Should().Equal(shared[i]);
            (peeled.Next is null).Should().Be(i == hops.Length - 1, "the last hop is {0}", hops.Length - 1);
            packet = peeled.Next ?? packet;
        }
    }

    [Fact]
    public void FailureVector_IsWrittenWrappedAndRead_ToTheByte()
    {
        using var json = Vector();
        var vector = json.RootElement;
        var shared = vector.GetProperty("shared").EnumerateArray().Select(Hex).ToArray();
        var message = Hex(vector.GetProperty("failure"));
        var packet = OnionFailure.Create(shared[^1], message);
        foreach (var secret in shared.Reverse().Skip(1)) OnionFailure.Wrap(secret, packet);
        Convert.ToHexStringLower(packet).Should().Be(vector.GetProperty("failurePacket").GetString());
        var read = OnionFailure.Read(shared, packet)!.Value;
        read.Hop.Should().Be(shared.Length - 1);
        read.Message.Should().Equal(message);
        packet[40] ^= 1;
        OnionFailure.Read(shared, packet).Should().BeNull("nobody wrote that");
        OnionFailure.Read(shared, packet.AsSpan(1)).Should().BeNull("it is too short");
    }

    [Fact]
    public void Failure_OfAHopInTheMiddle_NamesIt()
    {
        using var route = new Route(4);
        _ = Onion.Create(route.Hops(20), route.Session, _hash, out var shared);
        var packet = OnionFailure.Create(shared[2], [1, 2, 3]);
        OnionFailure.Wrap(shared[1], packet);
        OnionFailure.Wrap(shared[0], packet);
        OnionFailure.Read(shared, packet)!.Value.Hop.Should().Be(2);
        OnionFailure.Read(shared, packet)!.Value.Message.Should().Equal(1, 2, 3);
        new Action(() => OnionFailure.Create(shared[0], new byte[257])).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(1, 1265)]
    [InlineData(2, 300)]
    [InlineData(20, 32)]
    [InlineData(20, 0)]
    public void Route_OfAnyLength_IsPeeledToItsEnd(int count, int length)
    {
        using var route = new Route(count);
        var hops = route.Hops(length);
        var packet = Onion.Create(hops, route.Session, _hash, out _);
        for (var i = 0; i < count; i++)
        {
            packet.Length.Should().Be(Onion.Length, "each hop's looks like all others");
            var peeled = Onion.Peel(packet, route.Keys[i], _hash)!;
            peeled.Payload.Should().Equal(hops[i].Payload);
            packet = peeled.Next!;
        }

        packet.Should().BeNull();
    }

    [Fact]
    public void Packet_ThatIsNotForIt_IsNotPeeled()
    {
        using var route = new Route(3);
        var packet = Onion.Create(route.Hops(40), route.Session, _hash, out _);
        Onion.Peel(packet, route.Keys[1], _hash).Should().BeNull("it is for another node");
        Onion.Peel(packet, route.Keys[0], new byte[32]).Should().BeNull("it is of another payment");
        Onion.Peel(packet.AsSpan(1), route.Keys[0], _hash).Should().BeNull("it is too short");
        foreach (var at in new[] { 0, 1, 20, 34, 700, 1333, 1334, 1365 })
        {
            var bent = packet.ToArray();
            bent[at] ^= 1;
            Onion.Peel(bent, route.Keys[0], _hash).Should().BeNull("byte {0} was changed", at);
        }
    }

    [Fact]
    public void Route_ThatDoesNotFit_IsRefused()
    {
        using var route = new Route(21);
        Make(route.Hops(10)).Should().Throw<ArgumentException>().WithMessage("*21 hops*");
        Make([]).Should().Throw<ArgumentException>().WithMessage("*0 hops*");
        Make([.. route.Hops(33).Take(20)]).Should().Throw<ArgumentException>().WithMessage("*1320 bytes*");
        Make([new(new byte[33], [])]).Should().Throw<ArgumentException>().WithMessage("*hop 0 is no point*");
        Action Make(OnionHop[] hops) => () => Onion.Create(hops, route.Session, _hash, out _);
    }

    private static JsonDocument Vector() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "Tests/Crypto/Onions/bolt04.json")));

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);

    private sealed class Route(int count) : IDisposable
    {
        public PrivateKey Session { get; } = PrivateKey.Random();

        public PrivateKey[] Keys { get; } = [.. Enumerable.Range(0, count).Select(static _ => Secp256k1.GenerateKey())];

        public OnionHop[] Hops(int length) => [.. Keys.Select((key, i) => new OnionHop(Secp256k1.CreatePublicKey(key), [.. Enumerable.Repeat((byte)(i + 1), length)]))];

        public void Dispose()
        {
            Session.Dispose();
            foreach (var key in Keys) key.Dispose();
        }
    }
}
