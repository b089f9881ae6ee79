namespace Ms2m.NodeWorker.Runtimes.Podman;

public sealed partial class PodmanRuntime
{
    [LoggerMessage(2101, LogLevel.Information,
        "Dumped {Instance}: frozen {FrozenMs:0.0} ms, of which CRIU {CriuMs:0.0} ms and memory {MemoryMs:0.0} ms")]
    private partial void Dumped(string instance, double frozenMs, double criuMs, double memoryMs);

    [LoggerMessage(2102, LogLevel.Information, "Exported {Instance}: frozen {FrozenMs:0.0} ms")]
    private partial void Exported(string instance, double frozenMs);

    [LoggerMessage(2103, LogLevel.Warning, "The files of {Instance} changed during its dump: {Reason}")]
    private partial void FilesChanged(string instance, string reason);

    [LoggerMessage(2104, LogLevel.Information, "Restored {Instance}: {Statistics}")]
    private partial void Restored(string instance, string statistics);

    [LoggerMessage(2105, LogLevel.Error, "{Instance} could not be dumped and stands still, because it could not be let run: {Cause}")]
    private partial void StandsStill(string instance, string cause);
}
