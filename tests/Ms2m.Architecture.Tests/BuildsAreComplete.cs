using System.Text.RegularExpressions;

namespace Ms2m.Architecture.Tests;

/// <summary>The build publishes a part only when its sources have changed, so it must know all of them: a folder that is
/// missing in its list would leave an old program in place without a word.</summary>
public sealed partial class BuildsAreComplete
{
    private static readonly Dictionary<string, string[]> Parts = Part().Matches(Repository.Read(".ci/build"))
        .ToDictionary(part => part.Groups["name"].Value, part => part.Groups["folders"].Value.Split(' '));

    public static TheoryData<string> Names => [.. Parts.Keys];

    [Fact]
    public void every_program_is_a_part() => Assert.Equal(
        ProjectFile.All.Where(IsProgram).Select(Folder).Order(StringComparer.Ordinal),
        Parts.Values.Select(folders => folders[0]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void a_part_lists_every_folder_it_is_compiled_from(string part)
    {
        var program = ProjectFile.All.Single(project => Folder(project) == Parts[part][0]);
        Assert.Subset(Parts[part].ToHashSet(), Sources(program).ToHashSet());
    }

    private static IEnumerable<string> Sources(ProjectFile project) =>
        project.Projects.Select(ProjectFile.Named).SelectMany(Sources)
            .Concat(project.LinkedFiles.Select(linked => Normal(project, linked)))
            .Append(Folder(project));

    private static string Normal(ProjectFile project, string linked)
    {
        var file = Path.GetFullPath(Path.Combine(Repository.Root, Folder(project), linked));
        return Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!);
    }

    private static bool IsProgram(ProjectFile project) =>
        !project.IsTest && Repository.Read(project.Path).Contains("<OutputType>Exe</OutputType>", StringComparison.Ordinal);

    private static string Folder(ProjectFile project) => Path.GetDirectoryName(project.Path)!;

    [GeneratedRegex(@"^  \[(?<name>[a-z-]+)\]=""(?<folders>[^""]+/[^""]+)""", RegexOptions.Multiline)]
    private static partial Regex Part();
}
