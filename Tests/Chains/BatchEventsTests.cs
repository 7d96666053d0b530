using TPWallet.Chains.Ethereum;
using TPWallet.Grains.Interfaces.Packets;
using TPWallet.Grains.Interfaces.Values;
using static TPWallet.Tests.Domain.People;

namespace TPWallet.Tests.Chains;

/// <summary>What counts as the proof of a batch's payments; that the real contract writes it is seen in Tests/Whole/BatchPaymentTests.</summary>
public sealed class BatchEventsTests
{
    private static readonly Leg.ContractCall _batch = MultiSend.Leg(
        "batch", [], Chain, AddressOf("hot"), AddressOf("multisend"), [new(AddressOf("a"), new(Eth, 5)), new(AddressOf("b"), new(Token, 6))], new(1));

    private static readonly LogEntry[] _events = [Event(0, "a", null, 5), Event(1, "b", AddressOf("token"), 6)];

    [Fact]
    public void Check_EventsOfThePayments_ProveThem()
    {
        BatchEvents.Check(_batch, _events).Should().BeNull();
        BatchEvents.Check(_batch, [_events[0], Event(0, "x", null, 9) with { Address = AddressOf("other") }, _events[1]]).Should().BeNull("others may log too");
        BatchEvents.Check(_batch, [_events[0], Event(0, "x", null, 9, from: "a"), _events[1]]).Should().BeNull("a payee that calls back is another sender");
        BatchEvents.Check(_batch with { Data = HexBytes.Empty }, []).Should().BeNull("another call leaves what it leaves");
    }

    public static TheoryData<string> Missing => ["none", "one", "twice", "another payee", "another amount", "another token", "in another order", "of another contract"];

    [Theory, MemberData(nameof(Missing))]
    public void Check_OtherEvents_ProveNothing(string what)
    {
        LogEntry[] events = what switch
        {
            "none" => [],
            "one" => [_events[0]],
            "twice" => [.. _events, _events[1]],
            "another payee" => [Event(0, "x", null, 5), _events[1]],
            "another amount" => [Event(0, "a", null, 4), _events[1]],
            "another token" => [_events[0], Event(1, "b", null, 6)],
            "in another order" => [_events[1], _events[0]],
            "of another contract" => [_events[0], _events[1] with { Address = AddressOf("other") }],
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        BatchEvents.Check(_batch, events).Should().NotBeNull();
    }

    private static LogEntry Event(ulong index, string to, Address? token, ulong amount, string from = "hot")
    {
        var data = new byte[64];
        (token?.ToArray() ?? []).CopyTo(data, 12);
        ((UInt256)amount).ToBigEndian(data.AsSpan(32));
        return new(AddressOf("multisend"), [MultiSend.SentTopic, Word(AddressOf(from)), new Bytes32(index), Word(AddressOf(to))], data);
    }

    private static Bytes32 Word(Address address) => new(UInt256.FromBigEndian(address.ToArray()));
}
