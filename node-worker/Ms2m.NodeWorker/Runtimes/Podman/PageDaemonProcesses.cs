namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Page daemons by their folder, whoever has started them; as this process numbers them, since a daemon may live in
/// other namespaces than its worker.</summary>
internal static class PageDaemonProcesses
{
    public static IReadOnlyList<int> Of(string work) =>
    [
        .. from process in CommandLines.All()
           where process.Words is ["criu", "lazy-pages", ..] && process.Words.Contains(work)
           select process.Pid,
    ];

    public static void Kill(string work)
    {
        foreach (var pid in Of(work))
            ProcessEnd.Kill(pid);
    }
}
