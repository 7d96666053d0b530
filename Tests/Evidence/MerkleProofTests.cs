using System.Security.Cryptography;
using TPWallet.Chains.Ethereum;

namespace TPWallet.Tests.Evidence;

/// <summary>Every place of lists of many sizes, with values shorter and longer than a hash, is proved by its own proof and by no other.</summary>
public sealed class MerkleProofTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 200)]
    [InlineData(17, 3)]
    [InlineData(130, 40)]
    [InlineData(300, 1)]
    public void OrderedProof_EveryPlace_LeadsToItsValue(int count, int length)
    {
        var values = Enumerable.Range(0, count).Select(i => Value(i, length)).ToArray();
        var root = MerklePatricia.OrderedRoot(values);
        for (var i = 0; i < count; i++)
        {
            var proof = MerklePatricia.OrderedProof(values, i).Select(static node => node.Span.ToArray()).ToArray();
            MerklePatricia.Verify(root, MerklePatricia.OrderedKey(i), proof).Value.Should().Equal(values[i]);
            proof[^1][^1] ^= 1;
            MerklePatricia.Verify(root, MerklePatricia.OrderedKey(i), proof).IsOk.Should().BeFalse();
        }
    }

    [Fact]
    public void OrderedProof_PlaceOutside_IsABug() =>
        FluentActions.Invoking(() => MerklePatricia.OrderedProof([[1]], 1)).Should().Throw<ArgumentOutOfRangeException>();

    private static byte[] Value(int place, int length)
    {
        var value = new byte[length];
        var hash = SHA256.HashData(BitConverter.GetBytes(place));
        for (var i = 0; i < length; i++) value[i] = hash[i % hash.Length];
        value[0] |= 1;
        return value;
    }
}
