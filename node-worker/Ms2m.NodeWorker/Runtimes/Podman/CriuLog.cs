namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>What CRIU wrote about its own failure.</summary>
internal static class CriuLog
{
    /// <summary>The first error is the cause; those after it follow from it.</summary>
    public static string? FirstError(string path)
    {
        if (!File.Exists(path))
            return null;
        var errors = File.ReadLines(path).Where(l => l.Contains("Error (", StringComparison.Ordinal)).Take(1);
        return errors.FirstOrDefault()?.Trim();
    }
}
