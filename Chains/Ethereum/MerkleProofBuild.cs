using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Chains.Ethereum;

/// <summary>Collects the nodes on the way to one key. A node of less than 32 bytes stands in its parent and is no node of the proof.</summary>
internal static class MerkleProofBuild
{
    private const int HashLength = 32;

    /// <param name="entries">Sorted by key.</param>
    public static ImmutableArray<HexBytes> Build(ReadOnlySpan<(byte[] Key, byte[] Value)> entries, byte[] key)
    {
        var proof = ImmutableArray.CreateBuilder<HexBytes>();
        var depth = 0;
        for (var step = 0; step <= 2 * MerklePatricia.MaxProofNodes; step++)
        {
            var node = MerklePatricia.Node(entries, depth);
            if (step == 0 || node.Length >= HashLength) proof.Add(node);
            if (entries.Length == 1) return proof.ToImmutable();
            var shared = entries[0].Key.AsSpan(depth).CommonPrefixLength(entries[^1].Key.AsSpan(depth));
            if (shared > 0)
            {
                depth += shared;
                continue;
            }

            if (depth == key.Length) return proof.ToImmutable();
            var from = 0;
            while (entries[from].Key.Length == depth || entries[from].Key[depth] != key[depth]) from++;
            var to = from;
            while (to < entries.Length && entries[to].Key[depth] == key[depth]) to++;
            entries = entries[from..to];
            depth++;
        }

        throw new UnreachableException("A path is at most as long as its key.");
    }
}
