using TPWallet.Chains;
using TPWallet.Chains.Bitcoin;

namespace TPWallet.Tests.Chains.Bitcoin;

public sealed class TransactionMerkleTests
{
    // Blocks 170 and 100000 of mainnet.
    private static readonly BitcoinHash[] Block170 =
        [.. new[]
        {
            "b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082", "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
        }.Select(BitcoinHash.Parse)];

    private static readonly BitcoinHash[] Block100000 =
        [.. new[]
        {
            "8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87", "fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
            "6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4", "e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
        }.Select(BitcoinHash.Parse)];

    [Fact]
    public void Root_RealBlocks_IsTheirHeaders()
    {
        TransactionMerkle.Root(Block170).Value.ToString().Should().Be("7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff");
        TransactionMerkle.Root(Block100000).Value.ToString().Should().Be("f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(33)]
    public void Paths_OfEveryTransaction_LeadToTheRootAndNoOtherDoes(int count)
    {
        var txids = Enumerable.Range(0, count).Select(static i => BitcoinHash.Of([(byte)i])).ToArray();
        var root = TransactionMerkle.Root(txids).Value;
        for (var i = 0; i < count; i++)
        {
            var path = TransactionMerkle.Path(txids, i);
            TransactionMerkle.RootOf(txids[i], i, count, path).Value.Should().Be(root);
            if (count == 1) continue;
            (TransactionMerkle.RootOf(txids[i], i ^ 1, count + 2, path) is { IsOk: true } moved && moved.Value == root).Should().BeFalse("the place is proved too");
            TransactionMerkle.RootOf(txids[i], i, count, new([.. path, BitcoinHash.Zero])).IsOk.Should().BeFalse();
            TransactionMerkle.RootOf(txids[i], i, count, new([.. path.Skip(1)])).IsOk.Should().BeFalse();
            TransactionMerkle.RootOf(txids[i], count, count, path).Refusal!.Code.Should().Be("merkle.index");
        }
    }

    /// <summary>CVE-2012-2459: repeating the last transactions of a level keeps the root.</summary>
    [Fact]
    public void RepeatedTransactions_SameRoot_AreRefused()
    {
        var three = Block100000[..3];
        TransactionMerkle.Root([.. three, three[2]]).Refusal!.Code.Should().Be("merkle.duplicate");
        var six = Enumerable.Range(0, 6).Select(static i => BitcoinHash.Of([(byte)i])).ToArray();
        TransactionMerkle.Root([.. six, six[4], six[5]]).Refusal!.Code.Should().Be("merkle.duplicate");
        var root = TransactionMerkle.Root(three).Value;
        var path = TransactionMerkle.Path(three, 2);
        TransactionMerkle.RootOf(three[2], 2, 3, path).Value.Should().Be(root);
        TransactionMerkle.RootOf(three[2], 2, 4, path).Refusal!.Code.Should().Be("merkle.duplicate", "a fourth transaction would be the third again");
        TransactionMerkle.RootOf(three[2], 3, 4, path).Refusal!.Code.Should().Be("merkle.duplicate");
        TransactionMerkle.Root([]).Refusal!.Code.Should().Be("merkle.empty");
    }

    [Fact]
    public void MerkleBlock_EverySubset_ProvesExactlyIt()
    {
        for (var count = 1; count <= 7; count++)
        {
            var txids = Enumerable.Range(0, count).Select(static i => BitcoinHash.Of([(byte)i])).ToArray();
            var header = new BitcoinHeader(1, BitcoinHash.Zero, TransactionMerkle.Root(txids).Value, 0, 0, 0);
            for (var chosen = 0; chosen < 1 << count; chosen++)
            {
                var proof = MerkleBlock.Decode(Proof(header, txids, chosen)).Value;
                proof.Proved.Should().Equal(txids.Select(static (txid, i) => (txid, i)).Where(pair => (chosen >> pair.i & 1) != 0));
                (proof.Transactions, proof.Header).Should().Be((count, header));
            }
        }
    }

    [Fact]
    public void MerkleBlock_TamperedProof_HasItsCode()
    {
        var txids = Enumerable.Range(0, 6).Select(static i => BitcoinHash.Of([(byte)i])).ToArray();
        var header = new BitcoinHeader(1, BitcoinHash.Zero, TransactionMerkle.Root(txids).Value, 0, 0, 0);
        var good = Proof(header, txids, 1);
        Code(Proof(header with { MerkleRoot = BitcoinHash.Zero }, txids, 1)).Should().Be("merkle.root");
        Code([.. good[..80], 0, 0, 0, 0, .. good[84..]]).Should().Be("merkle.count");
        Code([.. good[..80], 0xff, 0xff, 0, 0, .. good[84..]]).Should().Be("merkle.count");
        Code([.. good[..^2], 2, good[^1], 0]).Should().Be("merkle.unused");
        Code([.. good[..^1], (byte)(good[^1] | 0x80)]).Should().Be("merkle.unused");
        Code(good[..^1]).Should().Be("btc.truncated");
        // Eight transactions with the same root as six: the last two again.
        Code(Proof(header, [.. txids, txids[4], txids[5]], 1 << 6)).Should().Be("merkle.duplicate");

        static string Code(byte[] bytes) => MerkleBlock.Decode(bytes).Refusal!.Code;
    }

    /// <summary>BIP-37, written from its words: depth first, a flag for each node that is visited, hashes where the walk ends.</summary>
    internal static byte[] Proof(BitcoinHeader header, BitcoinHash[] txids, int chosen)
    {
        var (hashes, flags) = (new List<BitcoinHash>(), new List<bool>());
        var height = 0;
        while (1 << height < txids.Length) height++;
        Visit(height, 0);
        var packed = new byte[(flags.Count + 7) / 8];
        for (var i = 0; i < flags.Count; i++) packed[i / 8] |= (byte)((flags[i] ? 1 : 0) << (i % 8));
        var writer = new BitcoinWriter().WriteFixed(header.Encode()).Write((uint)txids.Length).WriteCompactSize((ulong)hashes.Count);
        foreach (var hash in hashes) writer.Write(hash);
        return writer.WriteBytes(packed).ToArray();

        void Visit(int level, int position)
        {
            var (from, to) = (position << level, Math.Min((position + 1) << level, txids.Length));
            var passes = Enumerable.Range(from, to - from).Any(i => (chosen >> i & 1) != 0);
            flags.Add(passes);
            if (level == 0 || !passes)
            {
                hashes.Add(Hash(level, position));
                return;
            }

            Visit(level - 1, 2 * position);
            if ((2 * position) + 1 < (txids.Length + (1 << (level - 1)) - 1) >> (level - 1)) Visit(level - 1, (2 * position) + 1);
        }

        BitcoinHash Hash(int level, int position)
        {
            if (level == 0) return txids[position];
            var left = Hash(level - 1, 2 * position);
            var hasRight = (2 * position) + 1 < (txids.Length + (1 << (level - 1)) - 1) >> (level - 1);
            var right = hasRight ? Hash(level - 1, (2 * position) + 1) : left;
            return BitcoinHash.Of([.. left.ToArray(), .. right.ToArray()]);
        }
    }
}
