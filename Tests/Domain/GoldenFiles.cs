using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Grains.Shell;
using TPWallet.Tests.Storage;

namespace TPWallet.Tests.Domain;

/// <summary>
/// The stored events of one machine (Tests/Storage/Golden/kind): every file reads and writes to the same bytes for ever, every event type has one.
/// TPW_WRITE_GOLDEN=1 writes the files of new types.
/// </summary>
internal static class GoldenFiles
{
    internal static void ShouldHold<TEvent>(string kind, JsonTypeInfo<TEvent> json, IEnumerable<TEvent> samples)
        where TEvent : class
    {
        var names = json.PolymorphismOptions!.DerivedTypes.ToDictionary(type => type.DerivedType, type => (string)type.TypeDiscriminator!);
        var folder = $"Tests/Storage/Golden/{kind}/";
        var written = samples.DistinctBy(sample => sample.GetType()).ToDictionary(sample => names[sample.GetType()], StringComparer.Ordinal);
        written.Keys.Should().BeEquivalentTo(names.Values, "the samples show every event type");
        if (Environment.GetEnvironmentVariable("TPW_WRITE_GOLDEN") == "1") Write(folder, written, json);
        var writer = new UnionWriter<TEvent>(json);
        foreach (var name in names.Values)
        {
            var golden = GoldenEvents.Load($"{folder}1-{name}.json");
            var text = Encoding.UTF8.GetString(golden.Payload);
            var stored = JsonSerializer.Deserialize(text, json)!;
            JsonSerializer.Serialize(stored, json).Should().Be(text, "1-{0} is stored like that", name);
            Encoding.UTF8.GetString(writer.Write(stored)).Should().Be(text, "the shell writes 1-{0} like that", name);
        }
    }

    private static void Write<TEvent>(string folder, Dictionary<string, TEvent> samples, JsonTypeInfo<TEvent> json)
    {
        foreach (var (name, sample) in samples)
        {
            var path = Path.Combine(Repository.Root, $"{folder}1-{name}.json");
            if (File.Exists(path)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, JsonSerializer.Serialize(sample, json) + "\n");
        }
    }
}
