using System.Xml.Linq;

namespace TPWallet.Tests.Architecture;

/// <summary>One project file, read as XML: what it references and which switches it sets.</summary>
internal sealed record Project(string Name, string Path, XDocument Xml)
{
    public static IReadOnlyList<Project> All { get; } =
        [.. Repository.Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(Load)];

    public string Folder => Path[..Path.LastIndexOf('/')];

    /// <summary>Names of the projects that this one references, each once.</summary>
    public IReadOnlyList<string> References => [.. Xml.Descendants("ProjectReference")
        .Select(reference => System.IO.Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
        .Distinct()];

    public string RootNamespace => Property("RootNamespace") ?? $"TPWallet.{Name}";

    public string AssemblyName => Property("AssemblyName") ?? $"TPWallet.{Name}";

    public string? Property(string name) => Xml.Descendants(name).FirstOrDefault()?.Value;

    private static Project Load(string path) =>
        new(System.IO.Path.GetFileNameWithoutExtension(path), path, XDocument.Parse(Repository.Read(path)));
}
