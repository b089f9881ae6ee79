using System.Runtime.CompilerServices;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>The tree these tests were built from: some of what they test is a script in it.</summary>
internal static class Repository
{
    public static string Path(string relative) => System.IO.Path.GetFullPath(relative, Root());

    private static string Root([CallerFilePath] string here = "")
    {
        var folder = System.IO.Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder, "global.json")))
            folder = System.IO.Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No folder above {here} is the repository.");
    }
}
