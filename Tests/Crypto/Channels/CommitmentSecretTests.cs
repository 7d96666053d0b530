using System.Text.Json;
using TPWallet.Crypto;
using TPWallet.Crypto.Channels;

namespace TPWallet.Tests.Crypto.Channels;

/// <summary>Per-commitment secrets and their store against appendix D of BOLT-3, and what no sequence of secrets can be.</summary>
public sealed class CommitmentSecretTests
{
    private const ulong First = CommitmentSecrets.FirstIndex;

    [Fact]
    public void GenerationVectors_All_GiveTheirSecret()
    {
        using var json = Vectors();
        var cases = json.RootElement.GetProperty("generation");
        cases.GetArrayLength().Should().Be(5);
        foreach (var row in cases.EnumerateArray())
        {
            using var seed = PrivateKey.From(Hex(row.GetProperty("seed")));
            using var secret = CommitmentSecrets.Generate(seed, row.GetProperty("index").GetUInt64());
            secret.Secret.ToArray().Should().Equal(Hex(row.GetProperty("secret")), row.GetProperty("name").GetString());
        }
    }

    [Fact]
    public void StorageVectors_EachInsertion_FitsOrNot()
    {
        using var json = Vectors();
        var cases = json.RootElement.GetProperty("storage");
        cases.GetArrayLength().Should().Be(9);
        foreach (var row in cases.EnumerateArray())
        {
            var store = CommitmentSecretStore.Empty;
            foreach (var step in row.GetProperty("secrets").EnumerateArray())
            {
                var (before, index, fits) = (store, step.GetProperty("index").GetUInt64(), step.GetProperty("fits").GetBoolean());
                var outcome = store.Insert(index, Hex(step.GetProperty("secret")), out store);
                outcome.Should().Be(fits ? SecretInsertion.Inserted : SecretInsertion.NotOfOneSeed, "{0}, {1}", row.GetProperty("name"), index);
                if (!fits) store.Should().BeSameAs(before);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(1023)]
    [InlineData(1024)]
    public void Store_OfManySecrets_FindsEachAndIsRestored(int count)
    {
        using var seed = PrivateKey.Random();
        var store = Filled(seed, count);
        store.NextIndex.Should().Be(First - (ulong)count);
        store.Known.Length.Should().BeLessThanOrEqualTo(11);
        var restored = CommitmentSecretStore.Restore(store.Known)!;
        for (var index = First; index > First - (ulong)count; index--)
        {
            using var secret = CommitmentSecrets.Generate(seed, index);
            store.Find(index).Should().Equal(secret.Secret.ToArray());
            restored.Find(index).Should().Equal(secret.Secret.ToArray());
        }

        store.Find(First - (ulong)count).Should().BeNull("it has not come yet");
        store.Find(First + 1).Should().BeNull();
        restored.NextIndex.Should().Be(store.NextIndex);
    }

    [Fact]
    public void Store_OfTheLastSecrets_EndsWithTheSeed()
    {
        using var seed = PrivateKey.Random();
        // As after 2^48 − 1 insertions: place n holds index 2^n.
        var store = CommitmentSecretStore.Restore([.. Enumerable.Range(0, 48).Select(place => Known(seed, 1UL << place))])!;
        store.NextIndex.Should().Be(0);
        store.Insert(0, seed.Secret, out var full).Should().Be(SecretInsertion.Inserted);
        full.Known.Should().HaveCount(49);
        full.NextIndex.Should().BeNull();
        full.Insert(0, seed.Secret, out _).Should().Be(SecretInsertion.OutOfOrder);
        using var some = CommitmentSecrets.Generate(seed, 0x1234_5678_9abc);
        full.Find(0x1234_5678_9abc).Should().Equal(some.Secret.ToArray());
        CommitmentSecretStore.Restore(full.Known)!.NextIndex.Should().BeNull();
        using var other = PrivateKey.Random();
        store.Insert(0, other.Secret, out _).Should().Be(SecretInsertion.NotOfOneSeed);
    }

    [Fact]
    public void Secret_ThatIsNotNext_IsRefused()
    {
        using var seed = PrivateKey.Random();
        var store = Filled(seed, 5);
        foreach (var index in new[] { First, First - 4, First - 6, 0UL, First + 1, ulong.MaxValue })
            store.Insert(index, Known(seed, Math.Min(index, First)).Secret.AsSpan(), out var same).Should().Be(SecretInsertion.OutOfOrder, "{0} came", index);
        foreach (var bad in new[] { new byte[32], [.. Enumerable.Repeat((byte)0xff, 32)], new byte[31], [] })
            store.Insert(First - 5, bad, out _).Should().Be(SecretInsertion.NotASecret);
    }

    [Fact]
    public void Places_ThatNoInsertionsLeave_AreNotRestored()
    {
        using var seed = PrivateKey.Random();
        var known = Filled(seed, 6).Known;
        CommitmentSecretStore.Restore(known).Should().NotBeNull();
        CommitmentSecretStore.Restore([]).Should().BeSameAs(CommitmentSecretStore.Empty);
        CommitmentSecretStore.Restore(known.RemoveAt(1)).Should().BeNull("a place is empty");
        CommitmentSecretStore.Restore(known.Add(known[0])).Should().BeNull("a secret stands twice");
        CommitmentSecretStore.Restore([.. known.AsEnumerable().Reverse()]).Should().BeNull("they stand in the wrong places");
        CommitmentSecretStore.Restore(known.SetItem(0, Known(seed, First))).Should().BeNull("one is older than the others say");
        CommitmentSecretStore.Restore(known.SetItem(0, known[0] with { Secret = [1, 2, 3] })).Should().BeNull("one is short");
        CommitmentSecretStore.Restore(known.SetItem(0, known[0] with { Secret = default })).Should().BeNull("one is nothing");
    }

    internal static JsonDocument Vectors() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "Tests/Crypto/Channels/bolt03keys.json")));

    private static CommitmentSecretStore Filled(PrivateKey seed, int count)
    {
        var store = CommitmentSecretStore.Empty;
        for (var index = First; index > First - (ulong)count; index--)
            store.Insert(index, Known(seed, index).Secret.AsSpan(), out store).Should().Be(SecretInsertion.Inserted);
        return store;
    }

    private static KnownSecret Known(PrivateKey seed, ulong index)
    {
        using var secret = CommitmentSecrets.Generate(seed, index);
        return new(index, [.. secret.Secret]);
    }

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!);
}
