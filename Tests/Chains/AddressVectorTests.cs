using TPWallet.Chains.Ethereum;
using TPWallet.Crypto;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Chains;

public sealed class AddressVectorTests
{
    [Fact]
    public void FromPrivateKey_EveryAccountOfEthers_GivesItsChecksummedAddress()
    {
        using var document = Vectors.Json("ethers", "accounts.json.gz");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            cases++;
            var text = vector.GetProperty("address").GetString()!;
            EthereumAddress.Checksum(EthereumAddress.Parse(text).Value).Should().Be(text);
            if (!vector.TryGetProperty("privateKey", out var secret) || secret.GetString() is not { Length: > 0 } hex) continue;
            using var key = PrivateKey.From(Convert.FromHexString(hex.AsSpan(2)));
            EthereumAddress.Checksum(EthereumAddress.FromPrivateKey(key)).Should().Be(text);
        }

        cases.Should().Be(259);
    }

    [Fact]
    public void Create_EveryVectorOfEthers_GivesItsAddress()
    {
        using var document = Vectors.Json("ethers", "create.json.gz");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var sender = EthereumAddress.Parse(vector.GetProperty("sender").GetString()).Value;
            foreach (var create in vector.GetProperty("creates").EnumerateArray())
            {
                var address = EthereumAddress.Create(sender, create.GetProperty("nonce").GetUInt64());
                EthereumAddress.Checksum(address).Should().Be(create.GetProperty("address").GetString());
                cases++;
            }
        }

        cases.Should().Be(160);
    }

    [Fact]
    public void Create2_EveryVectorOfEthers_GivesItsAddress()
    {
        using var document = Vectors.Json("ethers", "create2.json.gz");
        if (document is null) return;
        var cases = 0;
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            var sender = EthereumAddress.Parse(vector.GetProperty("sender").GetString()).Value;
            foreach (var create in vector.GetProperty("creates").EnumerateArray())
            {
                var salt = Bytes32.Parse(create.GetProperty("salt").GetString()!.ToLowerInvariant());
                var hash = Bytes32.From(Keccak256.Hash(Convert.FromHexString(create.GetProperty("initCode").GetString().AsSpan(2))));
                hash.ToString().Should().Be(create.GetProperty("initCodeHash").GetString());
                EthereumAddress.Checksum(EthereumAddress.Create2(sender, salt, hash)).Should().Be(create.GetProperty("address").GetString());
                cases++;
            }
        }

        cases.Should().Be(128);
    }

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", null)]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", null)]
    [InlineData("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", null)]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "address.checksum")]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "address.form")]
    [InlineData("0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "address.form")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", "address.form")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", "address.form")]
    [InlineData("", "address.form")]
    [InlineData(null, "address.form")]
    public void Parse_Text_IsAcceptedOrRefusedByItsCode(string? text, string? code) =>
        EthereumAddress.Parse(text).Refusal?.Code.Should().Be(code);
}
