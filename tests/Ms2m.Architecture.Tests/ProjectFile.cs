using System.Xml.Linq;

namespace Ms2m.Architecture.Tests;

/// <summary>What a project says it depends on.</summary>
internal sealed record ProjectFile(
    string Path, string Name, IReadOnlySet<string> Projects, IReadOnlySet<string> Packages, IReadOnlySet<string> LinkedFiles)
{
    public static IReadOnlyList<ProjectFile> All { get; } =
        [.. Repository.Files.WithExtension(".csproj").Select(Load)];

    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public static ProjectFile Named(string name) =>
        All.SingleOrDefault(project => project.Name == name) ?? throw new InvalidOperationException($"no project {name}");

    private static ProjectFile Load(string path)
    {
        var document = XDocument.Parse(Repository.Read(path));
        return new ProjectFile(
            path,
            System.IO.Path.GetFileNameWithoutExtension(path),
            Included(document, "ProjectReference").Select(System.IO.Path.GetFileNameWithoutExtension).ToHashSet()!,
            Included(document, "PackageReference").ToHashSet(),
            Included(document, "Compile").ToHashSet());
    }

    private static IEnumerable<string> Included(XDocument document, string element) => document
        .Descendants(element)
        .Select(reference => reference.Attribute("Include")?.Value)
        .OfType<string>();
}
