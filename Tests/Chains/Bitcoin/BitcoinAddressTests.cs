using TPWallet.Chains.Bitcoin;
using TPWallet.Crypto;

namespace TPWallet.Tests.Chains.Bitcoin;

/// <summary>Bech32, Bech32m and addresses: the vectors printed in BIP-173 and BIP-350, and Base58Check addresses per network.</summary>
public sealed class BitcoinAddressTests
{
    [Theory]
    [InlineData("A12UEL5L", Bech32Variant.Bech32)]
    [InlineData("a12uel5l", Bech32Variant.Bech32)]
    [InlineData("an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs", Bech32Variant.Bech32)]
    [InlineData("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", Bech32Variant.Bech32)]
    [InlineData("11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j", Bech32Variant.Bech32)]
    [InlineData("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", Bech32Variant.Bech32)]
    [InlineData("?1ezyfcl", Bech32Variant.Bech32)]
    [InlineData("A1LQFN3A", Bech32Variant.Bech32m)]
    [InlineData("a1lqfn3a", Bech32Variant.Bech32m)]
    [InlineData("an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6", Bech32Variant.Bech32m)]
    [InlineData("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", Bech32Variant.Bech32m)]
    [InlineData("11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8", Bech32Variant.Bech32m)]
    [InlineData("split1checkupstagehandshakeupstreamerranterredcaperredlc445v", Bech32Variant.Bech32m)]
    [InlineData("?1v759aa", Bech32Variant.Bech32m)]
    public void Bech32_ValidText_ReadsAndWritesTheSame(string text, Bech32Variant variant)
    {
        Bech32.TryDecode(text, out var decoded, out var fault).Should().BeTrue();
        (decoded!.Variant, fault).Should().Be((variant, Bech32Fault.None));
        Bech32.Encode(variant, decoded.Prefix, decoded.Groups.AsSpan()).Should().Be(text.ToLowerInvariant());
    }

    [Theory]
    [InlineData("\u00201nwldj5", Bech32Fault.Form)]
    [InlineData("\u007f1axkwrx", Bech32Fault.Form)]
    [InlineData("\u00801eym55h", Bech32Fault.Form)]
    [InlineData("an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx", Bech32Fault.Form)]
    [InlineData("pzry9x0s0muk", Bech32Fault.Form)]
    [InlineData("1pzry9x0s0muk", Bech32Fault.Form)]
    [InlineData("x1b4n0q5v", Bech32Fault.Character)]
    [InlineData("li1dgmt3", Bech32Fault.Form)]
    [InlineData("de1lg7wt\u00ff", Bech32Fault.Character)]
    [InlineData("A1G7SGD8", Bech32Fault.Checksum)]
    [InlineData("10a06t8", Bech32Fault.Form)]
    [InlineData("1qzzfhee", Bech32Fault.Form)]
    [InlineData("\u00201xj0phk", Bech32Fault.Form)]
    [InlineData("\u007f1g6xzxy", Bech32Fault.Form)]
    [InlineData("\u00801vctc34", Bech32Fault.Form)]
    [InlineData("an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4", Bech32Fault.Form)]
    [InlineData("qyrz8wqd2c9m", Bech32Fault.Form)]
    [InlineData("1qyrz8wqd2c9m", Bech32Fault.Form)]
    [InlineData("y1b0jsk6g", Bech32Fault.Character)]
    [InlineData("lt1igcx5c0", Bech32Fault.Character)]
    [InlineData("in1muywd", Bech32Fault.Form)]
    [InlineData("mm1crxm3i", Bech32Fault.Character)]
    [InlineData("au1s5cgom", Bech32Fault.Character)]
    [InlineData("M1VUXWEZ", Bech32Fault.Checksum)]
    [InlineData("16plkw9", Bech32Fault.Form)]
    [InlineData("1p2gdwpf", Bech32Fault.Form)]
    public void Bech32_InvalidText_IsRefused(string text, Bech32Fault expected)
    {
        Bech32.TryDecode(text, out _, out var fault).Should().BeFalse();
        fault.Should().Be(expected);
    }

    [Theory]
    [InlineData("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "0014751e76e8199196d454941c45d1b3a323f1433bd6", OutputKind.WitnessPubKeyHash)]
    [InlineData(
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", OutputKind.WitnessScriptHash)]
    [InlineData(
        "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
        "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6", OutputKind.WitnessUnknown)]
    [InlineData("BC1SW50QGDZ25J", "6002751e", OutputKind.WitnessUnknown)]
    [InlineData("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "5210751e76e8199196d454941c45d1b3a323", OutputKind.WitnessUnknown)]
    [InlineData(
        "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
        "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433", OutputKind.WitnessScriptHash)]
    [InlineData(
        "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433", OutputKind.Taproot)]
    [InlineData(
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", OutputKind.Taproot)]
    [InlineData("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "76a91477bff20c60e522dfaa3350c39b030a5d004e839a88ac", OutputKind.PubKeyHash)]
    [InlineData("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy", "a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87", OutputKind.ScriptHash)]
    public void Parse_ValidAddress_GivesItsScriptAndBack(string text, string script, OutputKind kind)
    {
        var network = text.StartsWith("tb", StringComparison.Ordinal) ? BitcoinNetwork.Testnet : BitcoinNetwork.Mainnet;
        var parsed = BitcoinAddress.Parse(text, network).Value;
        (parsed.ToString(), OutputScript.KindOf(parsed)).Should().Be((script, kind));
        BitcoinAddress.Format(parsed, network).Should().Be(text.StartsWith("BC", StringComparison.Ordinal) ? text.ToLowerInvariant() : text);
        foreach (var other in Enum.GetValues<BitcoinNetwork>())
        {
            var moved = BitcoinAddress.Format(parsed, other)!;
            BitcoinAddress.Parse(moved, other).Value.Should().Be(parsed);
            if (moved != BitcoinAddress.Format(parsed, network))
                BitcoinAddress.Parse(moved, network).Refusal!.Code.Should().BeOneOf("address.network", "address.form");
        }
    }

    [Theory]
    [InlineData("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "address.network")]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "address.encoding")]
    [InlineData("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", "address.encoding")]
    [InlineData("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "address.encoding")]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "address.encoding")]
    [InlineData("tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", "address.encoding")]
    [InlineData("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "address.form")]
    [InlineData("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "address.witness-version")]
    [InlineData("bc1pw5dgrnzv", "address.witness-length")]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", "address.witness-length")]
    [InlineData("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "address.witness-length")]
    [InlineData("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "address.form")]
    [InlineData("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "address.padding")]
    [InlineData("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "address.padding")]
    [InlineData("bc1gmk9yu", "address.form")]
    [InlineData("tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty", "address.network")]
    [InlineData("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "address.checksum")]
    [InlineData("BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "address.witness-version")]
    [InlineData("bc1rw5uspcuh", "address.encoding")]
    [InlineData("bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90", "address.encoding")]
    [InlineData("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7", "address.form")]
    [InlineData("bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "address.encoding")]
    [InlineData("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv", "address.padding")]
    [InlineData("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx", "address.encoding")]
    [InlineData("BC1SW50QA3JX3S", "address.encoding")]
    [InlineData("bc1zw508d6qejxtdg4y5r3zarvaryvg6kdaj", "address.encoding")]
    [InlineData("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3", "address.checksum")]
    [InlineData("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "address.network")]
    [InlineData("", "address.form")]
    [InlineData(null, "address.form")]
    public void Parse_InvalidAddress_HasItsCode(string? text, string code)
    {
        var network = text?.StartsWith("tb", StringComparison.OrdinalIgnoreCase) == true ? BitcoinNetwork.Testnet : BitcoinNetwork.Mainnet;
        BitcoinAddress.Parse(text, network).Refusal!.Code.Should().Be(code);
    }

    [Fact]
    public void Parse_Base58OfAnotherLength_IsRefused() =>
        BitcoinAddress.Parse(Base58.EncodeCheck(new byte[20]), BitcoinNetwork.Mainnet).Refusal!.Code.Should().Be("address.form");

    [Fact]
    public void Bech32_GroupsOfAnyBytes_RoundTrip()
    {
        var random = new Random(7);
        for (var length = 0; length < 64; length++)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var groups = Bech32.ToGroups(bytes);
            Bech32.FromGroups(groups).Should().Equal(bytes);
            if (length % 5 != 0) Bech32.FromGroups([.. groups[..^1], (byte)(groups[^1] | 1)]).Should().BeNull("padding is zero");
        }

        new Action(() => Bech32.Encode(Bech32Variant.Bech32, "A", [])).Should().Throw<ArgumentException>();
        new Action(() => Bech32.Encode(Bech32Variant.Bech32, "a", [32])).Should().Throw<ArgumentException>();
        new Action(() => Bech32.Encode(Bech32Variant.Bech32, "a", new byte[83])).Should().Throw<ArgumentException>();
    }
}
