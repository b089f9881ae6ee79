namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>What CRIU wrote about its own failure.</summary>
internal static class CriuLog
{
    /// <summary>CRIU would like to open more files than it may without CAP_SYS_RESOURCE, says so as an error, and goes on.</summary>
    private const string Harmless = "rlimit: Can't setup RLIMIT_NOFILE for self";

    /// <summary>The first error is the cause; those after it follow from it.</summary>
    public static string? FirstError(string path)
    {
        try
        {
            return File.ReadLines(path)
                .FirstOrDefault(l => l.Contains("Error (", StringComparison.Ordinal) && !l.Contains(Harmless, StringComparison.Ordinal))
                ?.Trim();
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // CRIU has not come so far, or the container was removed meanwhile.
            return null;
        }
    }
}
