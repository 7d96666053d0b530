namespace TPWallet.Chains.Bitcoin;

/// <summary>
/// A proof that transactions are in a block, in the form that Bitcoin Core's gettxoutproof gives (BIP-37): the header and the parts of the tree that are
/// needed, in depth-first order. Whoever relies on it must know the transaction's bytes too: 64 bytes can be an inner node (CVE-2017-12842).
/// </summary>
/// <param name="Header">The block's header, whose work is checked apart.</param>
/// <param name="Transactions">How many transactions the block has.</param>
/// <param name="Proved">The ids that the proof is for, in the block's order, with their positions.</param>
public sealed record MerkleBlock(BitcoinHeader Header, int Transactions, Items<(BitcoinHash Txid, int Index)> Proved)
{
    private const int LeastHash = 32;

    /// <summary>Reads and checks a proof. Codes: btc.*, merkle.count, merkle.duplicate, merkle.unused, merkle.root.</summary>
    public static Decoded<MerkleBlock> Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new BitcoinReader(bytes);
        var header = BitcoinHeader.Read(ref reader);
        var count = reader.ReadUInt32();
        var hashes = new BitcoinHash[reader.ReadCount(LeastHash)];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = reader.ReadHash();
        var flags = reader.ReadBytes();
        reader.Finish();
        if (reader.Fault is { } fault) return fault;
        if (count is 0 or > TransactionMerkle.MaxTransactions || hashes.Length > count)
            return new DecodeRefusal("merkle.count", $"1 to {TransactionMerkle.MaxTransactions} transactions", $"{count}");
        var walk = new Walk(hashes, flags, (int)count);
        var root = walk.Node(walk.Height, 0);
        if (walk.Fault is { } broken) return broken;
        if (!walk.UsedAll) return new DecodeRefusal("merkle.unused", "every hash and flag used", "some left");
        return root == header.MerkleRoot
            ? new MerkleBlock(header, (int)count, new([.. walk.Proved]))
            : new DecodeRefusal("merkle.root", $"{header.MerkleRoot}", $"{root}");
    }

    /// <summary>Depth first, a flag for each node: set where the path of a proved transaction passes.</summary>
    private ref struct Walk(BitcoinHash[] hashes, ReadOnlySpan<byte> flags, int count)
    {
        private readonly ReadOnlySpan<byte> _flags = flags;
        private int _hash;
        private int _flag;

        public List<(BitcoinHash Txid, int Index)> Proved { get; } = [];

        public DecodeRefusal? Fault { get; private set; }

        public readonly int Height => count <= 1 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)(count - 1));

        public readonly bool UsedAll
        {
            get
            {
                for (var bit = _flag; bit < 8 * _flags.Length; bit++)
                    if ((_flags[bit / 8] >> (bit % 8) & 1) != 0) return false;
                return _hash == hashes.Length && (_flag + 7) / 8 == _flags.Length;
            }
        }

        public BitcoinHash Node(int height, int position)
        {
            if (Fault is not null || _flag >= 8 * _flags.Length) return Fail("a flag for each node");
            var passes = (_flags[_flag / 8] >> (_flag % 8) & 1) != 0;
            _flag++;
            if (height == 0 || !passes)
            {
                if (_hash == hashes.Length) return Fail("a hash for each end");
                var hash = hashes[_hash++];
                if (height == 0 && passes) Proved.Add((hash, position));
                return hash;
            }

            var left = Node(height - 1, 2 * position);
            if ((2 * position) + 1 >= Width(height - 1)) return TransactionMerkle.Pair(left, left);
            var right = Node(height - 1, (2 * position) + 1);
            if (left == right) Fault ??= TransactionMerkle.Duplicate();
            return TransactionMerkle.Pair(left, right);
        }

        private readonly int Width(int height) => (count + (1 << height) - 1) >> height;

        private BitcoinHash Fail(string expected)
        {
            Fault ??= new("merkle.count", expected, "too few");
            return default;
        }
    }
}
