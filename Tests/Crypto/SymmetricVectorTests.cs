using System.Security.Cryptography;
using System.Text.Json;
using TPWallet.Crypto;

namespace TPWallet.Tests.Crypto;

public sealed class SymmetricVectorTests
{
    [Fact]
    public void WycheproofAesGcm_EveryCase_HasTheWrittenResult()
    {
        var count = Wycheproof.Run("aes_gcm_test.json", (_, test) =>
        {
            var (key, iv, aad, text) = (test.Hex("key"), test.Hex("iv"), test.Hex("aad"), test.Hex("msg"));
            var (cipherText, tag) = (test.Hex("ct"), test.Hex("tag"));
            if (iv.Length == 0)
            {
                new Action(() => AesGcmAnyNonce.TryDecrypt(key, iv, cipherText, tag, aad, new byte[text.Length])).Should().Throw<ArgumentException>();
                return false;
            }

            var opened = new byte[cipherText.Length];
            if (!AesGcmAnyNonce.TryDecrypt(key, iv, cipherText, tag, aad, opened)) return false;
            var (sealedText, sealedTag) = (new byte[text.Length], new byte[16]);
            AesGcmAnyNonce.Encrypt(key, iv, text, aad, sealedText, sealedTag);
            return opened.AsSpan().SequenceEqual(text) && sealedText.AsSpan().SequenceEqual(cipherText) && sealedTag.AsSpan().SequenceEqual(tag);
        });
        if (count is not null) count.Should().Be(316);
    }

    [Fact]
    public void WycheproofHmac_EveryCase_HasTheWrittenResult()
    {
        var count = Wycheproof.Run("hmac_sha256_test.json", (group, test) =>
        {
            var tag = HMACSHA256.HashData(test.Hex("key"), test.Hex("msg"))[..(group.Int("tagSize") / 8)];
            return CryptographicOperations.FixedTimeEquals(tag, test.Hex("tag"));
        });
        if (count is not null) count.Should().Be(174);
    }

    [Fact]
    public void WycheproofHkdf_EveryCase_HasTheWrittenResult()
    {
        var count = Wycheproof.Run("hkdf_sha256_test.json", (_, test) =>
        {
            var output = new byte[test.Int("size")];
            try
            {
                HKDF.DeriveKey(HashAlgorithmName.SHA256, test.Hex("ikm"), output, test.Hex("salt"), test.Hex("info"));
            }
            catch (ArgumentException)
            {
                return false;
            }

            return output.AsSpan().SequenceEqual(test.Hex("okm"));
        });
        if (count is not null) count.Should().Be(86);
    }

    [Fact]
    public void WycheproofPbkdf2_EveryCase_HasTheWrittenResult()
    {
        var count = Wycheproof.Run("pbkdf2_hmacsha256_test.json", (_, test) => Rfc2898DeriveBytes
            .Pbkdf2(test.Hex("password"), test.Hex("salt"), test.Int("iterationCount"), HashAlgorithmName.SHA256, test.Int("dkLen"))
            .AsSpan().SequenceEqual(test.Hex("dk")));
        if (count is not null) count.Should().Be(60);
    }

    [Fact]
    public void EthersHmac_EveryCase_Matches()
    {
        using var file = Vectors.Json("ethers", "hmac.json.gz");
        if (file is null) return;
        var count = 0;
        foreach (var item in file.RootElement.EnumerateArray())
        {
            var (key, data) = (item.Hex("key"), item.Hex("data"));
            var mac = item.Text("algorithm") == "sha256" ? HMACSHA256.HashData(key, data) : HMACSHA512.HashData(key, data);
            mac.Should().Equal(item.Hex("hmac"), item.Text("name"));
            count++;
        }

        count.Should().Be(128);
    }

    [Fact]
    public void EthersPbkdf_EveryCase_Pbkdf2AndScryptMatch()
    {
        using var file = Vectors.Json("ethers", "pbkdf.json.gz");
        if (file is null) return;
        var items = file.RootElement.EnumerateArray().ToList();
        Parallel.ForEach(items, item =>
        {
            var (password, salt, length) = (item.Hex("password"), item.Hex("salt"), item.Int("dkLen"));
            var pbkdf2 = item.GetProperty("pbkdf2");
            var algorithm = pbkdf2.Text("algorithm") == "sha256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;
            var stretched = Rfc2898DeriveBytes.Pbkdf2(password, salt, pbkdf2.Int("iterations"), algorithm, length);
            stretched.Should().Equal(pbkdf2.Hex("key"), item.Text("name"));
            var scrypt = item.GetProperty("scrypt");
            var derived = new byte[length];
            Scrypt.DeriveKey(password, salt, scrypt.Int("N"), scrypt.Int("r"), scrypt.Int("p"), derived);
            derived.Should().Equal(scrypt.Hex("key"), item.Text("name"));
        });
        items.Count.Should().Be(265);
    }

    [Fact]
    public void Argon2id_KnownAnswer_AndLimits()
    {
        // Answers of an independent implementation: @noble/hashes 1.8.0, argon2id with p = 1.
        var output = new byte[32];
        Argon2id.DeriveKey("password"u8, "somesaltsomesalt"u8, 1, 8_192, output);
        Convert.ToHexStringLower(output).Should().Be("84fb006bbc3cd69895722b64b5bf735251a9e8e9f3ecb93ff595b98aeb7accb7");
        Argon2id.DeriveKey("password"u8, "somesaltsomesalt"u8, 3, 8_192, output);
        Convert.ToHexStringLower(output).Should().Be("02950b5580d9c4909f78967fb3a6bfe9f0839ed64b932b118aba21ec89705b29");
        (int Salt, int Passes, int Memory)[] bad = [(16, 1, Argon2id.MaximumMemoryKiB + 1), (16, Argon2id.MaximumPasses + 1, 8_192), (5, 1, 8_192)];
        foreach (var (salt, passes, memory) in bad)
            new Action(() => Argon2id.DeriveKey("p"u8, new byte[salt], passes, memory, new byte[32])).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(1L << 23, 8, 1)]
    [InlineData(1000, 8, 1)]
    [InlineData(1, 8, 1)]
    [InlineData(1024, 0, 1)]
    [InlineData(1024, 8, 0)]
    [InlineData(1L << 20, 8, 1024)]
    [InlineData(long.MaxValue, 8, 1)]
    public void Scrypt_ParametersBeyondTheCaps_AreRefused(long n, long r, long p) => Scrypt.IsAllowed(n, r, p).Should().BeFalse();
}

/// <summary>Runs a Wycheproof file: valid cases must be accepted, invalid ones rejected.</summary>
internal static class Wycheproof
{
    /// <summary>The number of cases run, equal to the file's own count; null where the vectors are absent.</summary>
    /// <param name="file">File name in the wycheproof folder.</param>
    /// <param name="accepts">Whether our code accepts the case (and agrees with its expected output).</param>
    internal static int? Run(string file, Func<JsonElement, JsonElement, bool> accepts)
    {
        using var document = Vectors.Json("wycheproof", file);
        if (document is null) return null;
        var wrong = new List<string>();
        var count = 0;
        foreach (var group in document.RootElement.GetProperty("testGroups").EnumerateArray())
        {
            foreach (var test in group.GetProperty("tests").EnumerateArray())
            {
                count++;
                var result = test.Text("result");
                var accepted = accepts(group, test);
                // "acceptable" leaves the choice open, but an accepted one must have the right output: accepts() throws otherwise.
                if (result != "acceptable" && accepted != (result == "valid")) wrong.Add($"{test.Int("tcId")} {test.Text("comment")}: {result}");
            }
        }

        wrong.Should().BeEmpty();
        count.Should().Be(document.RootElement.Int("numberOfTests"));
        return count;
    }
}
