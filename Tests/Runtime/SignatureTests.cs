using System.Reflection;
using Orleans;
using Xunit.Abstractions;

namespace TPWallet.Tests.Runtime;

/// <summary>
/// Embedded is a strict subset of Orleans: every public type and member is compared with the released assemblies' metadata. What
/// lives in packages that the registry lacks is listed, with its assembly, in a file that a person has compared with the released API.
/// </summary>
public sealed class SignatureTests(ITestOutputHelper output)
{
    private static readonly string[] _packages = ["Orleans.Core.Abstractions", "Orleans.TestingHost"];

    private static readonly string[] _elsewhere =
        ["Orleans.Serialization.Abstractions", "Orleans.Serialization", "Orleans.Core", "Orleans.Runtime", "Orleans.Streaming"];

    [Fact]
    public void PublicMembers_AllExistInOrleansWithTheSameSignature()
    {
        var released = Released();
        if (released is null)
            return;
        var all = Embedded().Values.All(type => released.ContainsKey(type.Name));
        var unknown = new List<string>();
        var notReleased = new List<string>();
        foreach (var type in Embedded().Values)
        {
            if (!released.TryGetValue(type.Name, out var theirs))
            {
                notReleased.AddRange(Lines(type));
                continue;
            }
            if (type.Line != theirs.Line)
                unknown.Add($"{type.Line} is there {theirs.Line}");
            unknown.AddRange(type.Interfaces.Except(theirs.Interfaces).Select(name => $"{type.Name} implements {name}"));
            unknown.AddRange(type.Members.Except(theirs.Members).Select(member => $"{type.Name}: {member}"));
        }

        unknown.Should().BeEmpty("every member must exist in the released assemblies");
        var listed = Listed();
        output.WriteLine(all ? "Compared with all of Orleans' assemblies." : "Compared with the assemblies whose metadata the registry holds.");
        if (all)
            return;
        notReleased.Except(listed.Keys).Should().BeEmpty("what the released assemblies here do not hold must be reviewed and listed");
        listed.Keys.Except(notReleased).Should().BeEmpty("the list holds only what exists");
    }

    [Fact]
    public void ReviewedList_WhereOrleansIsThere_IsTrueLineByLine()
    {
        if (!HasOrleans)
        {
            output.WriteLine("Nothing compared: this build has no Orleans (Runtime=Orleans).");
            return;
        }
        var theirs = _elsewhere.ToDictionary(name => name, name => PublicSurface.Of(OrleansPath(name)).Values.SelectMany(Lines).ToHashSet());

        Listed().Where(line => !theirs[line.Value].Contains(line.Key)).Select(line => line.Key).Should().BeEmpty();
    }

    [Fact]
    public void ReviewedList_NamesTheAssemblyOfEachMember() => Listed().Values.Distinct().Should().BeSubsetOf(_elsewhere);

    [Fact]
    public void Comparison_OfOtherSignatures_SeesTheDifference()
    {
        var type = Embedded()["Orleans.Grain"];

        type.Members.Should().Contain(
            member => member.Contains("OnActivateAsync`0(System.Threading.CancellationToken cancellationToken)", StringComparison.Ordinal));
        type.Members.Should().OnlyHaveUniqueItems().And.NotContain(member => member.Contains(".ctor", StringComparison.Ordinal)
            && member.StartsWith("public", StringComparison.Ordinal), "protected and public are told apart");
    }

    private static IReadOnlyDictionary<string, TypeSurface> Embedded() => PublicSurface.Of(EmbeddedPath);

    private static bool HasOrleans => File.Exists(OrleansPath(_elsewhere[0]));

    private static string OrleansPath(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    // With Orleans behind the tests Embedded is built beside them, to be looked at and not to be run.
    private static string EmbeddedPath => HasOrleans
        ? Path.Combine(Repository.Root, "Embedded", Path.GetRelativePath(Path.Combine(Repository.Root, "Tests"), AppContext.BaseDirectory), "TPWallet.Embedded.dll")
        : typeof(Grain).Assembly.Location;

    private static IEnumerable<string> Lines(TypeSurface type) =>
        type.Interfaces.Select(name => $"{type.Name} implements {name}")
            .Concat(type.Members.Select(member => $"{type.Name}: {member}")).Append(type.Line);

    private static Dictionary<string, string> Listed()
    {
        using var stream = typeof(SignatureTests).Assembly.GetManifestResourceStream("OrleansMembersElsewhere.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line[0] != '#')
            .Select(line => line.Split(" | ", 2))
            .ToDictionary(parts => parts[1], parts => parts[0]);
    }

    private Dictionary<string, TypeSurface>? Released()
    {
        if (HasOrleans)
            return _packages.Concat(_elsewhere).SelectMany(name => PublicSurface.Of(OrleansPath(name))).ToDictionary(one => one.Key, one => one.Value);
        var settings = typeof(SignatureTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .ToDictionary(one => one.Key, one => one.Value);
        var released = new Dictionary<string, TypeSurface>();
        foreach (var name in _packages)
        {
            var path = Path.Combine(
                settings["NuGetPackageRoot"]!, $"microsoft.{name}".ToLowerInvariant(), settings["OrleansVersion"]!, "lib", "net10.0", $"{name}.dll");
            if (!File.Exists(path))
            {
                output.WriteLine($"Nothing compared: the released metadata is absent ({path}); restore from a registry that has it.");
                return null;
            }
            foreach (var (type, surface) in PublicSurface.Of(path))
                released[type] = surface;
        }
        return released;
    }
}
