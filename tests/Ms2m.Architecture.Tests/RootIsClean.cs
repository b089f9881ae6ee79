using System.Runtime.Versioning;

namespace Ms2m.Architecture.Tests;

/// <summary>The root holds what one needs to build and to begin reading; everything else has a room.</summary>
public sealed class RootIsClean
{
    private static readonly HashSet<string> Allowed =
    [
        ".ci", ".editorconfig", ".gitignore", "Directory.Build.props", "Directory.Packages.props", "LICENSE",
        "Ms2m.Events.sln", "README.md", "compose.yaml", "contracts", "deploy", "docs", "engine", "eval",
        "global.json", "ms2m", "node-worker", "tests",
    ];

    /// <summary>Made by tools and ignored by git.</summary>
    private static readonly HashSet<string> Ignored = [".git", "artifacts", ".vs", ".idea", ".vscode", ".env", "bin", "obj"];

    [Fact]
    public void nothing_lies_in_the_root_that_does_not_belong_there()
    {
        var strangers = Directory.EnumerateFileSystemEntries(Repository.Root)
            .Select(path => Path.GetFileName(path)!)
            .Where(name => !Allowed.Contains(name) && !Ignored.Contains(name));
        Assert.Empty(strangers);
    }

    [Fact]
    public void every_project_is_in_the_solution()
    {
        var solution = Repository.Read("Ms2m.Events.sln").Replace('\\', '/');
        foreach (var project in ProjectFile.All)
        {
            Assert.Contains(project.Path, solution, StringComparison.Ordinal);
        }
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void the_scripts_of_a_person_can_be_executed()
    {
        foreach (var script in new[]
        {
            "ms2m", ".ci/run", ".ci/build", ".ci/test", ".ci/kubernetes-tools", "deploy/lab/lab", "deploy/certificates",
            "deploy/images/build", "deploy/kubernetes/secrets",
        })
        {
            var mode = File.GetUnixFileMode(Path.Combine(Repository.Root, script));
            Assert.True(mode.HasFlag(UnixFileMode.UserExecute), $"{script} is not executable");
        }
    }
}
