using TPWallet.Chains.Bitcoin;
using TPWallet.Client;
using TPWallet.Client.Devices;
using TPWallet.Grains.Interfaces;
using TPWallet.Grains.Interfaces.Values;
using TPWallet.Tests.Domain;
using TPWallet.Tests.Domain.Packets;

namespace TPWallet.Tests.Client;

/// <summary>The SDK's reading of addresses against the codec's.</summary>
public sealed class CoinAddressTests
{
    [Fact]
    public void Address_OfEachKnownChain_IsWhatTheCodecWrites()
    {
        var address = People.AddressOf("payee");
        foreach (var chain in BitcoinChain.All)
        {
            var text = BitcoinAddress.Format(OutputScript.Witness(0, address.ToArray()), chain.Network)!;
            CoinAddress.Format(chain.Id, address).Should().Be(text);
            CoinAddress.Parse(chain.Id, text).OrThrow().Should().Be(address);
            CoinAddress.Parse(chain.Id, text.ToUpperInvariant()).OrThrow().Should().Be(address);
        }

        CoinAddress.Format(People.Chain, address).Should().Be(address.ToString());
    }

    [Fact]
    public void Script_OfEachKindAndChain_IsWhatTheCodecWrites()
    {
        foreach (var chain in BitcoinChain.All)
        {
            foreach (var payee in CoinPaymentsFormTests.AllForms)
            {
                var text = BitcoinAddress.Format(new(payee.Script), chain.Network)!;
                CoinScript.Format(chain.Id, payee.Script).Should().Be(text);
                CoinScript.Parse(chain.Id, text).OrThrow().Should().Be(payee.Script);
            }
        }

        CoinScript.Format(People.Chain, HexBytes.Empty).Should().Be("0x");
    }

    [Theory]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", RejectionCode.BadChecksum)]
    [InlineData("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", RejectionCode.WrongChain)]
    [InlineData("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", RejectionCode.WrongChain)]
    [InlineData("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", RejectionCode.UnsupportedKind)]
    [InlineData("bc1sw50qgdz25j", RejectionCode.UnsupportedKind)]
    [InlineData("", RejectionCode.UnsupportedKind)]
    public void Script_OfAnotherKindOrChain_IsRefused(string text, RejectionCode code) =>
        CoinScript.Parse(BitcoinChain.Mainnet.Id, text).Should().BeOfType<Answer<HexBytes>.Refused>().Which.Rejection.Code.Should().Be(code);

    /// <summary>The first is printed in BIP-173; paid as if it were a key's hash, each of the others would be lost.</summary>
    [Theory]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", null)]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", RejectionCode.BadChecksum)]
    [InlineData("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", RejectionCode.WrongChain)]
    [InlineData("bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3", RejectionCode.UnsupportedKind)]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", RejectionCode.UnsupportedKind)]
    [InlineData("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", RejectionCode.UnsupportedKind)]
    [InlineData("0xd017edda1e968d6aaafdb1b000b37b57bca42638", RejectionCode.UnsupportedKind)]
    public void Address_OfAnotherKindOrChain_IsRefused(string text, RejectionCode? code)
    {
        var read = CoinAddress.Parse(BitcoinChain.Mainnet.Id, text);
        if (code is { } expected) read.Should().BeOfType<Answer<Address>.Refused>().Which.Rejection.Code.Should().Be(expected);
        else read.OrThrow().Should().Be(Address.Parse("0x751e76e8199196d454941c45d1b3a323f1433bd6"));
    }
}
