namespace Ms2m.NodeWorker.Transfer.Registry;

internal static partial class RegistryLog
{
    [LoggerMessage(2251, LogLevel.Information, "Sent {Path} through {Registry}: {Bytes} bytes as {WireBytes}")]
    public static partial void Sent(ILogger log, string path, long bytes, Uri registry, long wireBytes);

    [LoggerMessage(2252, LogLevel.Error,
        "The checkpoint {Manifest} could not be deleted from the registry, which holds a workload's memory now: {Cause}")]
    public static partial void NotDeleted(ILogger log, string manifest, string cause);

    [LoggerMessage(2253, LogLevel.Information, "Deleted the checkpoint {Manifest} that an earlier life left in the registry")]
    public static partial void Found(ILogger log, string manifest);
}
