using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>What CRIU has to know and runc has no flag for, such as that restored processes find their connections closed: in
/// a file of the worker's own that each container's annotation names.</summary>
public sealed class CriuConfigurationCheck(WorkerOptions options) : INodeCheck
{
    private const string Content = """
        # Written by the Ms2m node worker at its start; named by the annotation org.criu.config of its containers.
        # A restored process finds its connections closed and opens new ones; a dump leaves those of the source alone.
        tcp-close
        # .NET locks a file that it opens as a stream, and CRIU refuses to dump a lock unless told to take it along.
        file-locks

        """;

    public bool IsEssential => true;

    public void Write()
    {
        if (!File.Exists(options.CriuConfiguration) || File.ReadAllText(options.CriuConfiguration) != Content)
            PrivateFiles.Replace(options.CriuConfiguration, System.Text.Encoding.ASCII.GetBytes(Content));
    }

    public Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var there = File.Exists(options.CriuConfiguration)
            && File.ReadLines(options.CriuConfiguration).Any(l => l.Trim() == "tcp-close");
        return Task.FromResult(new NodeFeature("tcp-close", there,
            there ? options.CriuConfiguration : $"{options.CriuConfiguration} has no line tcp-close"));
    }
}
