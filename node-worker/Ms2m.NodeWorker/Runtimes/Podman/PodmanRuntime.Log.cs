namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    [LoggerMessage(2101, LogLevel.Information,
        "Dumped {Instance} in {DumpMs:0.0} ms: frozen by CRIU {CriuMs:0.0} ms and memory {MemoryMs:0.0} ms")]
    private partial void Dumped(string instance, double dumpMs, double criuMs, double memoryMs);

    [LoggerMessage(2102, LogLevel.Information, "Exported {Instance}: frozen {FrozenMs:0.0} ms")]
    private partial void Exported(string instance, double frozenMs);

    [LoggerMessage(2104, LogLevel.Information, "Restored {Instance}: {Statistics}")]
    private partial void Restored(string instance, string statistics);

    [LoggerMessage(2105, LogLevel.Error, "{Instance} could not be dumped and stands still, because it could not be let run: {Cause}")]
    private partial void StandsStill(string instance, string cause);

    [LoggerMessage(2106, LogLevel.Information, "Pre-dumped {Instance}: frozen {FrozenMs:0.0} ms, of which by CRIU {CriuMs:0.0} ms")]
    private partial void PreDumped(string instance, double frozenMs, double criuMs);

    [LoggerMessage(2107, LogLevel.Warning, "The pre-dump of {Instance} is of no use, its checkpoint is written as a whole: {Cause}")]
    private partial void ParentUnused(string instance, string cause);
}
