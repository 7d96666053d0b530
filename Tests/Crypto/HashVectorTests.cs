using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class HashVectorTests
{
    [Fact]
    public void EthersHashes_EveryCase_MatchesAllAlgorithms()
    {
        using var file = Vectors.Json("ethers", "hashes.json.gz");
        if (file is null) return;
        var count = 0;
        foreach (var item in file.RootElement.EnumerateArray())
        {
            var data = item.Hex("data");
            Keccak256.Hash(data).Should().Equal(item.Hex("keccak256"), item.Text("name"));
            Ripemd160.Hash(data).Should().Equal(item.Hex("ripemd160"), item.Text("name"));
            SHA256.HashData(data).Should().Equal(item.Hex("sha256"));
            SHA512.HashData(data).Should().Equal(item.Hex("sha512"));
            Hash160.Hash(data).Should().Equal(Ripemd160.Hash(item.Hex("sha256")));
            count++;
        }

        count.Should().Be(257);
    }

    [Fact]
    public void EthersAccounts_EveryCase_AddressMatches()
    {
        using var file = Vectors.Json("ethers", "accounts.json.gz");
        if (file is null) return;
        var count = 0;
        foreach (var item in file.RootElement.EnumerateArray())
        {
            var expected = item.Text("address");
            if (item.TryGetProperty("privateKey", out _))
            {
                using var key = PrivateKey.From(item.Hex("privateKey"));
                Eip55.Format(Eip55.AddressOf(key)).Should().Be(expected, item.Text("name"));
            }

            Eip55.TryParse(expected, out var address, out var badChecksum).Should().BeTrue();
            badChecksum.Should().BeFalse();
            Eip55.Format(address).Should().Be(expected);
            count++;
        }

        count.Should().Be(259);
    }

    [Fact]
    public void Keccak_FedInAnyParts_EqualsOneShot()
    {
        var random = new Random(20240117);
        for (var round = 0; round < 400; round++)
        {
            var data = new byte[random.Next(0, 700)];
            random.NextBytes(data);
            Keccak256 hash = default;
            for (var rest = data.AsSpan(); !rest.IsEmpty;)
            {
                var part = random.Next(0, rest.Length + 1);
                hash.Update(rest[..part]);
                rest = rest[part..];
            }

            var digest = new byte[32];
            hash.Finish(digest);
            digest.Should().Equal(Keccak256.Hash(data), $"length {data.Length}");
            hash.Finish(digest);
            digest.Should().Equal(Keccak256.Hash([]), "Finish returns to the initial state");
        }
    }

    [Fact]
    public void Keccak_ShortTarget_IsRefused() =>
        new Action(() => Keccak256.Hash([], new byte[31])).Should().Throw<ArgumentException>();

    [Fact]
    public void Sha256Tagged_FieldBorders_ChangeTheHash()
    {
        var one = Sha256Tagged.Hash("tag", "ab"u8.ToArray(), "c"u8.ToArray());
        Sha256Tagged.Hash("tag", "a"u8.ToArray(), "bc"u8.ToArray()).Should().NotEqual(one);
        Sha256Tagged.Hash("tag", "abc"u8.ToArray()).Should().NotEqual(one);
        Sha256Tagged.Hash("tag2", "ab"u8.ToArray(), "c"u8.ToArray()).Should().NotEqual(one);
        var input = Convert.FromHexString("00000003746167" + "000000026162" + "0000000163");
        one.Should().Equal(SHA256.HashData(input));
    }

    [Fact]
    public void Eip55_WrongCase_IsABadChecksum()
    {
        Eip55.TryParse("0x7E5F4552091A69125d5DfCb7b8C2659029395BdF", out _, out var bad).Should().BeFalse();
        bad.Should().BeTrue();
        Eip55.TryParse("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf", out _, out _).Should().BeTrue();
        Eip55.TryParse("0x7E5F4552091A69125D5DFCB7B8C2659029395BDF", out _, out _).Should().BeTrue();
        Eip55.TryParse("7e5f4552091a69125d5dfcb7b8c2659029395bdf", out _, out bad).Should().BeFalse();
        bad.Should().BeFalse();
    }
}

/// <summary>Short readers for vector files.</summary>
internal static class VectorJson
{
    internal static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    internal static int Int(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    internal static byte[] Hex(this JsonElement element, string name) => FromHex(element.Text(name));

    internal static byte[] FromHex(string text) => Convert.FromHexString(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text);

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
