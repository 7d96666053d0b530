namespace TPWallet.Tests.Architecture;

/// <summary>Rules that source text can hide (an alias, a var, a using) but compiled metadata cannot.</summary>
public sealed class CompiledCodeTests
{
    private static readonly string[] Blocking =
    [
        "System.Threading.Tasks.Task`1.get_Result", "System.Threading.Tasks.ValueTask`1.get_Result", "System.Threading.Tasks.Task.Wait",
        "System.Threading.Tasks.Task.WaitAll", "System.Threading.Tasks.Task.WaitAny",
    ];

    /// <summary>Orleans' code generator puts a list of the serialized contracts into each assembly that sees them.</summary>
    private static readonly string[] GeneratedFrom = ["TypeManifestProviderBase", "TypeManifestOptions"];

    [Fact]
    public void Domain_Compiled_MentionsNoTask()
    {
        using var domain = AssemblyReferences.Open("TPWallet.Domain")!;
        domain.Types().Where(type => type.Namespace.StartsWith("System.Threading", StringComparison.Ordinal))
            .Should().BeEmpty("a machine is pure: effects are values that the shell runs");
    }

    [Fact]
    public void Domain_Compiled_UsesNoOrleansTypeButAttributes()
    {
        using var domain = AssemblyReferences.Open("TPWallet.Domain")!;
        domain.Types()
            .Where(type => type.Assembly == "TPWallet.Embedded" || type.Assembly.StartsWith("Orleans", StringComparison.Ordinal))
            .Where(type => !type.Name.EndsWith("Attribute", StringComparison.Ordinal) && !GeneratedFrom.Contains(type.Name))
            .Should().BeEmpty("contracts may carry serialization attributes, machines know no runtime");
    }

    [Fact]
    public void Domain_Compiled_ReferencesNoRoomAboveIt()
    {
        using var domain = AssemblyReferences.Open("TPWallet.Domain")!;
        string[] above = ["TPWallet.Grains", "TPWallet.Chains", "TPWallet.Silo", "TPWallet.Signer", "TPWallet.Client"];
        domain.Types().Select(type => type.Assembly).Should().NotIntersectWith(above);
    }

    [Fact]
    public void Task_Anywhere_IsNeverWaitedForByBlocking()
    {
        var found = new List<string>();
        foreach (var project in Project.All)
        {
            using var assembly = AssemblyReferences.Open(project.AssemblyName);
            if (assembly is null) continue;
            found.AddRange(from member in assembly.Members()
                           let name = $"{member.Type}.{member.Member}"
                           where Blocking.Contains(name) && !IsRuntimeReadingWhatIsDone(project, member.Member)
                           select $"{project.AssemblyName} uses {name}");
        }
        found.Should().BeEmpty("a blocked thread stalls every grain behind it: await instead");
    }

    /// <summary>The runtime moves answers of tasks that it has seen complete; it is the one place that is no caller of anything.</summary>
    private static bool IsRuntimeReadingWhatIsDone(Project project, string member) => project.Name == "Embedded" && member == "get_Result";

    [Fact]
    public void AssemblyReferences_ThisAssembly_SeesBlockingMembers()
    {
        // The reader is only worth something if it sees generic and plain members: this assembly uses both of these.
        using var tests = AssemblyReferences.Open("TPWallet.Tests")!;
        tests.Members().Should().Contain(("System.Collections.Generic.List`1", "AddRange")).And.Contain(("System.String", "StartsWith"));
    }
}
