using System.Reflection;

namespace Ms2m.Architecture.Tests;

/// <summary>The sources as they lie on disk, without anything that a build made.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Made = ["bin", "obj", "artifacts", ".git", ".vs", ".idea", "TestResults"];

    public static string Root { get; } = Path.GetFullPath(typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(fact => fact.Key == "RepositoryRoot").Value!);

    /// <summary>All source files, as paths from the root with forward slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. FilesBelow(Root).Order(StringComparer.Ordinal)];

    /// <summary>Folders of product code, as opposed to tests and build files.</summary>
    public static IReadOnlyList<string> ProductFiles { get; } =
        [.. Files.Where(file => !file.StartsWith("tests/", StringComparison.Ordinal))];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    public static bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    public static IEnumerable<string> WithExtension(this IEnumerable<string> files, params string[] extensions) =>
        files.Where(file => extensions.Contains(Path.GetExtension(file)));

    /// <summary>Shell scripts, by extension or by their first line.</summary>
    public static IEnumerable<string> ShellScripts() => Files.Where(file =>
        Path.GetExtension(file) == ".sh" || (Path.GetExtension(file).Length == 0 && IsShell(file)));

    private static bool IsShell(string file)
    {
        using var reader = new StreamReader(Path.Combine(Root, file));
        var first = reader.ReadLine();
        return first is not null && first.StartsWith("#!", StringComparison.Ordinal)
            && first.EndsWith("sh", StringComparison.Ordinal);
    }

    private static IEnumerable<string> FilesBelow(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        }

        foreach (var below in Directory.EnumerateDirectories(folder))
        {
            if (Made.Contains(Path.GetFileName(below)))
            {
                continue;
            }

            foreach (var file in FilesBelow(below))
            {
                yield return file;
            }
        }
    }
}
