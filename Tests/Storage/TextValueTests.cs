using System.Text.Json;
using TPWallet.Grains.Interfaces.Values;

namespace TPWallet.Tests.Storage;

/// <summary>Values that are one text in JSON, read in a row: what came before never shows.</summary>
public sealed class TextValueTests
{
    [Fact]
    public void Read_RepeatedChangedAndEscaped_EachIsItsOwn()
    {
        var read = JsonSerializer.Deserialize<Name[]>("""["one", "one", "two", "\u006fne", "one", "three"]""");

        read!.Select(static name => name.Value).Should().Equal("one", "one", "two", "one", "one", "three");
    }

    [Fact]
    public void Read_WrongAfterGood_IsRefused_AndTheGoodReadsAgain()
    {
        JsonSerializer.Deserialize<Name>("\"good\"").Value.Should().Be("good");
        foreach (var wrong in new[] { "\"Good\"", "\"good \"", "\"\"", "null", "7", "\"\\ud800\"", "[\"good\"]" })
        {
            var read = () => JsonSerializer.Deserialize<Name>(wrong);
            read.Should().Throw<JsonException>(wrong);
        }

        JsonSerializer.Deserialize<Name>("\"good\"").Value.Should().Be("good");
    }
}
