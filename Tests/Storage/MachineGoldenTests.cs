using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TPWallet.Domain.Machines;
using TPWallet.Domain.Packets;

namespace TPWallet.Tests.Storage;

/// <summary>
/// Over all machines of the domain, found by reflection: a new machine or event type without a stored file fails here, and so does a file that no
/// longer reads and writes to the same bytes. The samples are written by the machines' own tests (GoldenFiles).
/// </summary>
public sealed class MachineGoldenTests
{
    private static readonly ImmutableArray<(string Kind, Type Events)> _machines =
    [
        .. from type in typeof(PacketDecider).Assembly.GetTypes()
           from port in type.GetInterfaces()
           where port.IsGenericType && port.GetGenericTypeDefinition() == typeof(IMachine<,,>)
           select ((string)type.GetProperty("Kind", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!, port.GetGenericArguments()[2]),
    ];

    public static TheoryData<string, string> Events
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (kind, events) in _machines)
                foreach (var name in Names(events)) data.Add(kind, name);
            foreach (var later in Repository.Files.Where(file => file.StartsWith("Tests/Storage/Golden/", StringComparison.Ordinal) && file.Contains('+', StringComparison.Ordinal)))
                data.Add(Path.GetFileName(Path.GetDirectoryName(later))!, Path.GetFileNameWithoutExtension(later)[2..]);
            return data;
        }
    }

    [Theory, MemberData(nameof(Events))]
    public void Event_OfEachMachine_HasAFileThatReadsForEver(string kind, string name)
    {
        var golden = GoldenEvents.Load($"Tests/Storage/Golden/{kind}/1-{name}.json");
        var text = Encoding.UTF8.GetString(golden.Payload);
        var json = TypeInfo(_machines.Single(machine => machine.Kind == kind).Events);
        JsonSerializer.Serialize(JsonSerializer.Deserialize(text, json), json).Should().Be(text, "1-{0} is stored like that", name);
    }

    [Fact]
    public void Files_All_AreOfAKnownMachineAndType() =>
        Repository.Files.Where(file => file.StartsWith("Tests/Storage/Golden/", StringComparison.Ordinal))
            .Select(file => (Path.GetFileName(Path.GetDirectoryName(file))!, GoldenEvents.Load(file).Type))
            .Should().BeSubsetOf(_machines.SelectMany(machine => Names(machine.Events).Select(name => (machine.Kind, name))));

    /// <summary>Or an older silo would meet it in a rolling upgrade and stop the stream.</summary>
    [Fact]
    public void Events_AddedAfterTheFirstGeneration_AreInTheCatalogue()
    {
        var first = File.ReadAllLines(Path.Combine(Repository.Root, "Tests/Storage/generation-1.txt")).ToHashSet(StringComparer.Ordinal);
        foreach (var (kind, events) in _machines)
        {
            foreach (var name in Names(events))
            {
                var generation = EventGenerations.Of(kind, name);
                (generation == EventGenerations.First).Should().Be(first.Contains($"{kind}/{name}"), "{0}/{1} is of generation {2}", kind, name, generation);
                generation.Should().BeInRange(EventGenerations.First, EventGenerations.Reads);
            }
        }
    }

    [Fact]
    public void Machines_AllOfTheDomain_AreFound() => _machines.Select(machine => machine.Kind)
        .Should().BeEquivalentTo(
            ["account", "packet", "key", "lane", "coin-lane", "watched", "tracker", "supernode", "revenue", "risk-profile", "incident", "case", "review-queue", "webhook", "channel", "dapp", "invoice", "payment", "invoice-claim", "router", "coin-channel", "key-books", "tower", "gossip", "peer"]);

    private static IEnumerable<string> Names(Type events) =>
        events.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(derived => (string)derived.TypeDiscriminator!);

    /// <summary>The stored form that the machine's shell uses, out of the one generated context that has it.</summary>
    private static JsonTypeInfo TypeInfo(Type events) => typeof(PacketDecider).Assembly.GetTypes()
        .Where(type => typeof(JsonSerializerContext).IsAssignableFrom(type))
        .Select(type => (JsonSerializerContext)type.GetProperty("Default")!.GetValue(null)!)
        .Select(context => context.GetTypeInfo(events)).OfType<JsonTypeInfo>().Single();
}
