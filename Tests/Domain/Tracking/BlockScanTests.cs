using TPWallet.Domain.Chains.Tracking;
using TPWallet.Grains.Interfaces.Chains;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Tracking;

/// <summary>One block held against the watch lists.</summary>
public sealed class BlockScanTests
{
    private static readonly ChainId Chain = ChainId.Evm(1);
    private static readonly AccountId Ours = new(new Bytes32(7));
    private static readonly AccountId Other = new(new Bytes32(8));
    private static readonly BlockRef Block = new(5, new Bytes32(500));

    [Fact]
    public void Scan_WatchedTransaction_IsIncluded() =>
        Scan([Tx(1, From(9), 0)], watched: [(1, null, null)]).Included.Should().ContainSingle().Which.TxHash.Should().Be(Hash(1));

    [Fact]
    public void Scan_AnotherTransactionWithAWatchedNonce_IsAConflictWithItsProof()
    {
        var scan = Scan([Tx(2, From(9), 4)], watched: [(1, From(9), 4)]);
        var (watched, by) = scan.Conflicts.Should().ContainSingle().Subject;
        watched.Should().Be(Hash(1));
        by.TxHash.Should().Be(Hash(2));
    }

    /// <summary>Two versions of one lane entry share the nonce: the one that is mined conflicts with the other only.</summary>
    [Fact]
    public void Scan_OneOfTwoVersionsMined_ConflictsWithTheOtherOnly()
    {
        var scan = Scan([Tx(1, From(9), 4)], watched: [(1, From(9), 4), (2, From(9), 4)]);
        scan.Included.Should().ContainSingle();
        scan.Conflicts.Should().ContainSingle().Which.Watched.Should().Be(Hash(2));
    }

    [Fact]
    public void Scan_SameNonceOfAnotherSender_IsNoConflict() =>
        Scan([Tx(2, From(10), 4)], watched: [(1, From(9), 4)]).Conflicts.Should().BeEmpty();

    public static TheoryData<string, int, int, ulong, bool, int> Movements => new()
    {
        // case, from, to, amount, succeeded, deposits
        { "from a stranger to us", 50, 1, 10, true, 1 },
        { "to a stranger", 50, 51, 10, true, 0 },
        { "zero value: address poisoning", 50, 1, 0, true, 0 },
        { "reverted", 50, 1, 10, false, 0 },
        { "between two addresses of one account", 2, 1, 10, true, 0 },
        { "from another account of this deployment", 3, 1, 10, true, 1 },
    };

    [Theory]
    [MemberData(nameof(Movements))]
    public void Scan_Movement_IsADepositOnlyWhenValueArrives(string name, int from, int to, ulong amount, bool succeeded, int deposits)
    {
        var movement = new Movement(-1, From(from), From(to), new(AssetId.Native(Chain), amount));
        Scan([Tx(1, From(from), 0, succeeded, movement)], watched: []).Deposits.Should().HaveCount(deposits, name);
    }

    [Fact]
    public void Scan_SeveralPaymentsInOneTransaction_AreSeveralDepositsByLogIndex()
    {
        var token = AssetId.Erc20(Chain, From(77));
        var scan = Scan([Tx(1, From(50), 0, true, new(3, From(50), From(1), new(token, 5)), new(4, From(50), From(1), new(token, 5)))], watched: []);
        scan.Deposits[Hash(1)].Select(d => (d.LogIndex, d.Account, d.Amount.Value)).Should().Equal((3, Ours, 5), (4, Ours, 5));
    }

    private static ScanResult Scan(MinedTransaction[] block, (int Hash, Address? From, ulong? Nonce)[] watched)
    {
        var list = watched.ToImmutableSortedDictionary(w => Hash(w.Hash), w => new WatchedTx(w.From, w.Nonce));
        var addresses = ImmutableSortedDictionary<Address, AccountId>.Empty.Add(From(1), Ours).Add(From(2), Ours).Add(From(3), Other);
        return BlockScan.Of(block, list, list.Aggregate(WatchIndex.Empty, (index, one) => index.With(one.Key, one.Value)), addresses);
    }

    private static MinedTransaction Tx(int hash, Address from, ulong nonce, bool succeeded = true, params Movement[] movements) =>
        new(new Inclusion(Chain, Hash(hash), Block, succeeded, 21_000), from, nonce, [.. movements]);

    private static Bytes32 Hash(int n) => new((ulong)n);

    private static Address From(int n) => Address.From(new Bytes32((ulong)n).ToArray().AsSpan(12));
}
