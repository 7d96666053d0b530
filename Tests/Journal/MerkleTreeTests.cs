using System.Text.Json;
using TPWallet.Grains.Journal;

namespace TPWallet.Tests.Journal;

/// <summary>RFC 6962 trees against the vectors of transparency-dev/merkle, and against themselves at every size up to 70.</summary>
public sealed class MerkleTreeTests
{
    private const int Largest = 70;

    [Theory]
    [InlineData("inclusion")]
    [InlineData("consistency")]
    [InlineData("subtreeinclusion")]
    [InlineData("subtreeconsistency")]
    public void Vectors_AllCases_AgreeWithTheirExpectation(string kind)
    {
        if (Vectors.Path("rfc6962", kind) is not { } folder) return;
        var files = Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories);
        files.Should().NotBeEmpty();
        foreach (var file in files)
        {
            using var vector = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = vector.RootElement;
            Verify(kind, root).Should().Be(!root.GetProperty("wantErr").GetBoolean(), "{0}", file);
        }
    }

    [Fact]
    public void EmptyTree_HasTheHashOfNothing() =>
        Convert.ToHexStringLower(MerkleTree.Root([])).Should().Be("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    [Fact]
    public void InclusionProof_EveryLeafOfEverySize_VerifiesOnlyThere()
    {
        for (var size = 1; size <= Largest; size++)
        {
            var leaves = Leaves(size);
            var root = MerkleTree.Root(leaves);
            for (var index = 0; index < size; index++)
            {
                var proof = MerkleTree.InclusionProof(leaves, index);
                MerkleTree.VerifyInclusion((ulong)index, (ulong)size, leaves[index], proof, root).Should().BeTrue();
                MerkleTree.VerifyInclusion((ulong)index, (ulong)size, leaves[(index + 1) % size], proof, root).Should().Be(size == 1);
            }
        }
    }

    [Fact]
    public void ConsistencyProof_EveryPairOfSizes_VerifiesOnlyThere()
    {
        var leaves = Leaves(Largest);
        var roots = Enumerable.Range(0, Largest + 1).Select(size => MerkleTree.Root(leaves.AsSpan(0, size))).ToArray();
        for (var second = 1; second <= Largest; second++)
        {
            for (var first = 1; first <= second; first++)
            {
                var proof = MerkleTree.ConsistencyProof(leaves.AsSpan(0, second), first);
                MerkleTree.VerifyConsistency((ulong)first, (ulong)second, roots[first], roots[second], proof).Should().BeTrue();
                if (first > 1) MerkleTree.VerifyConsistency((ulong)first, (ulong)second, roots[first - 1], roots[second], proof).Should().BeFalse();
            }
        }
    }

    private static byte[][] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => MerkleTree.LeafHash([(byte)i]))];

    private static bool Verify(string kind, JsonElement vector) => kind switch
    {
        "inclusion" => MerkleTree.VerifyInclusion(
            Number(vector, "leafIdx"), Number(vector, "treeSize"), Hash(vector, "leafHash"), Proof(vector), Hash(vector, "root")),
        "consistency" => MerkleTree.VerifyConsistency(
            Number(vector, "size1"), Number(vector, "size2"), Hash(vector, "root1"), Hash(vector, "root2"), Proof(vector)),
        "subtreeinclusion" => MerkleTree.VerifySubtreeInclusion(
            Number(vector, "leafIdx"), Number(vector, "start"), Number(vector, "end"), Hash(vector, "leafHash"), Proof(vector), Hash(vector, "root")),
        _ => MerkleTree.VerifySubtreeConsistency(
            Number(vector, "start"), Number(vector, "end"), Number(vector, "size"), Hash(vector, "root1"), Hash(vector, "root2"), Proof(vector)),
    };

    private static ulong Number(JsonElement vector, string name) => vector.GetProperty(name).GetUInt64();

    private static byte[] Hash(JsonElement vector, string name) => Bytes(vector.GetProperty(name));

    private static byte[][] Proof(JsonElement vector) =>
        vector.GetProperty("proof") is { ValueKind: JsonValueKind.Array } nodes ? [.. nodes.EnumerateArray().Select(Bytes)] : [];

    private static byte[] Bytes(JsonElement value) => value.ValueKind == JsonValueKind.Null ? [] : value.GetBytesFromBase64();
}
