namespace TPWallet.Tests.Architecture;

/// <summary>The walls between the rooms of the design: who may reference whom, and what only one room may do.</summary>
public sealed class ProjectReferenceTests
{
    /// <summary>For each project all that it may reference. A project that is absent here is not part of the design.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Embedded"] = [],
        ["Crypto"] = [],
        // The embedded runtime is the Orleans API that the grain interfaces are written against.
        ["Grains.Interfaces"] = ["Embedded"],
        ["Domain"] = ["Grains.Interfaces", "Crypto"],
        ["Chains"] = ["Grains.Interfaces", "Crypto"],
        ["Signer"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains"],
        ["Grains"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains", "Embedded"],
        ["Silo"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains", "Embedded", "Grains"],
        // Devices build the digests that they sign from the packet itself, with the same pure code as the signer.
        ["Client"] = ["Grains.Interfaces", "Crypto", "Domain"],
        ["Cli"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains", "Client"],
        ["Demo"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains", "Grains", "Client", "Silo", "Signer"],
        ["Benchmarks"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains", "Embedded", "Grains", "Client", "Silo", "Signer"],
        ["Tests"] = ["Grains.Interfaces", "Crypto", "Domain", "Chains", "Embedded", "Grains", "Client", "Cli", "Silo", "Signer", "Demo", "Benchmarks"],
    };

    [Fact]
    public void Projects_All_AreRoomsOfTheDesign() =>
        Project.All.Select(project => project.Name).Should().BeEquivalentTo(Allowed.Keys);

    [Fact]
    public void Projects_All_AreInTheSolution()
    {
        var solution = Repository.Read("TPWallet.Orleans.sln").Replace('\\', '/');
        Project.All.Where(project => !solution.Contains($"\"{project.Path}\"", StringComparison.Ordinal)).Select(project => project.Path)
            .Should().BeEmpty("a project outside the solution is neither built nor checked");
    }

    [Fact]
    public void References_All_StayInsideTheWalls()
    {
        var breaches = from project in Project.All
                       from reference in project.References
                       where !Allowed.GetValueOrDefault(project.Name, []).Contains(reference)
                       select $"{project.Name} → {reference}";
        breaches.Should().BeEmpty();
    }

    [Fact]
    public void UnsafeCode_OutsideCrypto_IsNotAllowed()
    {
        Project.All.Where(project => string.Equals(project.Property("AllowUnsafeBlocks"), "true", StringComparison.OrdinalIgnoreCase))
            .Select(project => project.Name).Should().Equal("Crypto");
        Repository.Read("Directory.Build.props").Should().NotContain("AllowUnsafeBlocks");
    }

    [Fact]
    public void Packages_All_TakeTheirVersionFromOnePlace()
    {
        var versioned = from project in Project.All
                        from package in project.Xml.Descendants("PackageReference")
                        where package.Attribute("Version") is not null || package.Attribute("VersionOverride") is not null
                        select $"{project.Name}: {package.Attribute("Include")?.Value}";
        versioned.Should().BeEmpty("versions stand in Directory.Packages.props");
    }

    [Fact]
    public void OrleansPackages_DefaultBuild_AreNeverRestored()
    {
        var unconditional = from project in Project.All
                            from package in project.Xml.Descendants("PackageReference")
                            where package.Attribute("Include")!.Value.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal)
                            where !package.AncestorsAndSelf().Any(element => element.Attribute("Condition")?.Value == "'$(Runtime)' == 'Orleans'")
                            select $"{project.Name}: {package.Attribute("Include")!.Value}";
        unconditional.Should().BeEmpty("Embedded is the default runtime, and not every registry holds the Orleans packages");
    }
}
