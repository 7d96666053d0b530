using TPWallet.Chains.Ethereum;
using TPWallet.Chains.Ethereum.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain.Channels;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Chains;

/// <summary>What the channel contract's events say of one channel's money, where one transaction speaks of several.</summary>
public sealed class ChannelEntryTests
{
    private static readonly ChannelFacts _facts = ChannelParty.Facts;
    private static readonly Bytes32 _other = PacketRun.Hash("another channel");
    private static readonly Bytes32 _transaction = PacketRun.Hash("transaction");

    [Fact]
    public void Settlement_HasTheAmountsThatWereGivenRightBeforeIt() =>
        Read(Credited(_facts.A, 70), Credited(_facts.B, 30), Settled(ChannelParty.Id, 9)).Should().Equal(Entry(ContractEntryKind.Settled, 9, 70, 30));

    /// <summary>Both channels are of the same two keys: only the order tells whose an amount is.</summary>
    [Fact]
    public void AmountsOfAnotherChannelInTheTransaction_AreNotThisOnes()
    {
        Read(Credited(_facts.A, 5), Settled(_other, 3), Settled(ChannelParty.Id, 9)).Should().Equal(Entry(ContractEntryKind.Settled, 9, 0, 0));
        Read(Credited(_facts.A, 5), Withdrawn(_other), Credited(_facts.B, 2), Settled(ChannelParty.Id, 9), Credited(_facts.B, 6), Resolved(_other))
            .Should().Equal(Entry(ContractEntryKind.Settled, 9, 0, 2));
        Read(Credited(_facts.A, 5), Deposited(_other, 1), Credited(_facts.A, 2), Resolved(ChannelParty.Id)).Should().Equal(Entry(ContractEntryKind.Resolved, 0, 2, 0));
    }

    [Fact]
    public void AmountsInAnotherToken_OrOfAnotherParty_AreNotThisOnes() =>
        Read(Credited(_facts.A, 5, _facts.Manager), Credited(_facts.Manager, 4), Credited(_facts.B, 1), Resolved(ChannelParty.Id)).Should().Equal(Entry(ContractEntryKind.Resolved, 0, 0, 1));

    [Fact]
    public void Deposits_AreThePartysTotal() =>
        Read(Opened(ChannelParty.Id, 40, 0), Deposited(ChannelParty.Id, 50), Deposited(_other, 60), Deposited(ChannelParty.Id, 70, _facts.B)).Should().Equal(
            Entry(ContractEntryKind.Deposited, 0, 40, 0), Entry(ContractEntryKind.Deposited, 0, 50, 0), Entry(ContractEntryKind.Deposited, 0, 0, 70));

    /// <summary>The amount that was given right before it is the difference, and is no settlement's.</summary>
    [Fact]
    public void Withdrawals_AreThePartysTotal() =>
        Read(Credited(_facts.A, 2), Withdrawn(ChannelParty.Id), Withdrawn(_other), Withdrawn(ChannelParty.Id, 9, _facts.B), Settled(ChannelParty.Id, 9)).Should().Equal(
            Entry(ContractEntryKind.Withdrawn, 0, 5, 0), Entry(ContractEntryKind.Withdrawn, 0, 0, 9), Entry(ContractEntryKind.Settled, 9, 0, 0));

    [Fact]
    public void EventsOfOtherKinds_AreNothing() => Read(Log("Pulled(address,address,address,uint128)", [Word(_facts.A), Word(_facts.Token)], Word(_facts.A), Word(9))).Should().BeEmpty();

    private static ImmutableArray<ContractEntry> Read(params LogEntry[] logs) => ChannelCalls.ReadEntries(logs, _transaction, _facts, ChannelParty.Id);

    private static ContractEntry Entry(ContractEntryKind kind, ulong nonce, ulong a, ulong b) => new(kind, _transaction, nonce, new(a, b));

    private static LogEntry Credited(Address party, ulong amount, Address? token = null) =>
        Log("Credited(address,address,uint128)", [Word(party), Word(token ?? _facts.Token)], Word(amount));

    private static LogEntry Settled(Bytes32 channel, ulong nonce) => Log("Settled(bytes32,uint64)", [channel], Word(nonce));

    private static LogEntry Resolved(Bytes32 channel) => Log("Resolved(bytes32,uint64)", [channel], Word(1));

    private static LogEntry Withdrawn(Bytes32 channel, ulong total = 5, Address? party = null) => Log("Withdrawn(bytes32,address,uint128)", [channel, Word(party ?? _facts.A)], Word(total));

    private static LogEntry Deposited(Bytes32 channel, ulong total, Address? party = null) => Log("Deposited(bytes32,address,uint120)", [channel, Word(party ?? _facts.A)], Word(total));

    private static LogEntry Opened(Bytes32 channel, ulong a, ulong b) =>
        Log("Opened(bytes32,address,address,address,uint64,uint120,uint120)", [channel, Word(_facts.A), Word(_facts.B)], Word(_facts.Token), Word(7), Word(a), Word(b));

    private static LogEntry Log(string signature, Bytes32[] topics, params Bytes32[] data) => new(
        _facts.Manager, [Bytes32.From(TPWallet.Crypto.Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(signature))), .. topics], HexBytes.From([.. data.SelectMany(static word => word.ToArray())]));

    private static Bytes32 Word(Address address) => Bytes32.From([.. new byte[12], .. address.ToArray()]);

    private static Bytes32 Word(ulong value) => new((UInt256)value);
}
