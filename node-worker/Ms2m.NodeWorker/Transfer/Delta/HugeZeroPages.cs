namespace Ms2m.NodeWorker.Transfer.Delta;

/// <summary>Whether the kernel may map one huge page of zeros where a program reads memory that it has given back. Kernels set no mark
/// of change for that, and CRIU, which knows the small page of zeros only, takes it for memory that is as it was: it would be
/// restored with what it held before. That is wrong memory which no digest shows.</summary>
/// <param name="folder">The kernel's settings of huge pages.</param>
public sealed class HugeZeroPages(string folder)
{
    public const string OfKernel = "/sys/kernel/mm/transparent_hugepage";

    /// <summary>Yes, too, where it is not to be seen.</summary>
    public bool MayBe()
    {
        try
        {
            // A kernel without huge pages has no such folder.
            return Directory.Exists(folder) && !Says("use_zero_page", "0") && !AreNever();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Newer kernels have a setting for each size besides, which may follow the one for all or not.</summary>
    private bool AreNever() => Says("enabled", "[never]") && Directory.GetDirectories(folder, "hugepages-*")
        .Select(size => Path.Combine(size, "enabled")).Where(File.Exists)
        .All(setting => Says(setting, "[never]") || Says(setting, "[inherit]"));

    private bool Says(string setting, string word) =>
        File.ReadAllText(Path.Combine(folder, setting)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Contains(word);
}
