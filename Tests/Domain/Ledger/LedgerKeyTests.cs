using System.Text.Json;
using TPWallet.Domain.Ledger;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Domain.Ledger;

public sealed class LedgerKeyTests
{
    [Fact]
    public void Parse_EachBook_IsItsText()
    {
        foreach (var book in Enum.GetValues<Book>())
        {
            var key = new LedgerKey(AssetId.Native(ChainId.Evm(1)), book);
            JsonSerializer.Deserialize<LedgerKey>(JsonSerializer.Serialize(key)).Should().Be(key);
        }
    }

    [Theory]
    [InlineData("eip155:1/slip44:60|1")]
    [InlineData("eip155:1/slip44:60| Available")]
    [InlineData("eip155:1/slip44:60|available")]
    [InlineData("eip155:1/slip44:60|Other")]
    [InlineData("eip155:1/slip44:60")]
    [InlineData("nothing|Available")]
    [InlineData("")]
    public void Parse_AnotherText_IsNone(string text) => LedgerKey.TryParse(text, out _).Should().BeFalse();
}
