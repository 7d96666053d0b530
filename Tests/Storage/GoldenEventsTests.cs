namespace TPWallet.Tests.Storage;

public sealed class GoldenEventsTests
{
    [Fact]
    public void File_GivesSchemaTypeAndStoredBytes()
    {
        var folder = Directory.CreateTempSubdirectory("tpw-golden-");
        try
        {
            var file = Path.Combine(folder.FullName, "2-Tested.json");
            File.WriteAllText(file, "{\"a\":1}\n");
            var golden = GoldenEvents.Load(file);
            (golden.Schema, golden.Type).Should().Be((2, "Tested"));
            golden.Payload.Should().Equal("{\"a\":1}"u8.ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("Tests/Storage/Golden/Event.json")]
    [InlineData("Tests/Storage/Golden/x-Event.json")]
    [InlineData("Tests/Storage/Golden/-Event.json")]
    public void OtherName_IsRefused(string file)
    {
        var load = () => GoldenEvents.Load(file);
        load.Should().Throw<FormatException>();
    }
}
