using TPWallet.Crypto;
using TPWallet.Domain.Channels;
using TPWallet.Grains.Interfaces.Channels;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Channels;

public sealed class LockTreeTests
{
    [Fact]
    public void Proof_of_each_leaf_of_each_size_leads_to_the_root()
    {
        for (var count = 1; count <= LockLeaf.Most; count++)
        {
            var leaves = Leaves(count);
            var root = LockTree.Root(leaves);
            for (var position = 0; position < count; position++)
                LockTree.Proof(leaves, position).Aggregate(leaves[position], Pair).Should().Be(root, "leaf {0} of {1}", position, count);
        }
    }

    [Fact]
    public void Root_of_nothing_is_zero_and_of_one_is_the_leaf()
    {
        LockTree.Root([]).Should().Be(Bytes32.Zero);
        LockTree.Root(Leaves(1)).Should().Be(Leaves(1)[0]);
    }

    [Fact]
    public void More_locks_than_the_contract_resolves_are_refused()
    {
        var tooMany = Leaves(LockLeaf.Most + 1);
        ((Action)(() => LockTree.Root(tooMany))).Should().Throw<ArgumentException>();
        ((Action)(() => LockTree.Proof(Leaves(2), 2))).Should().Throw<ArgumentOutOfRangeException>();
    }

    // As OpenZeppelin's MerkleProof folds a proof.
    private static Bytes32 Pair(Bytes32 one, Bytes32 two) => Bytes32.From(Keccak256.Hash(
        one.CompareTo(two) < 0 ? [.. one.ToArray(), .. two.ToArray()] : [.. two.ToArray(), .. one.ToArray()]));

    private static Bytes32[] Leaves(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new LockLeaf((byte)i, (ulong)i + 5, 9, LockKind.Hash, Bytes32.Zero).Leaf())];
}
