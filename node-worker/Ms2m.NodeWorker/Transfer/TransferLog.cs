namespace Ms2m.NodeWorker.Transfer;

internal static partial class TransferLog
{
    [LoggerMessage(2201, LogLevel.Warning, "Sending to {Path} broke (try {Try}): {Cause}")]
    public static partial void Broke(ILogger log, string path, int @try, string cause);

    [LoggerMessage(2202, LogLevel.Information, "Received checkpoint of {MigrationId}: {Files} files, {Bytes} bytes")]
    public static partial void Received(ILogger log, Guid migrationId, int files, long bytes);

    [LoggerMessage(2203, LogLevel.Warning, "Refused a checkpoint for {MigrationId} with {Status}: {Reason}")]
    public static partial void Refused(ILogger log, Guid migrationId, int status, string reason);

    [LoggerMessage(2204, LogLevel.Warning, "The sender of the checkpoint of {MigrationId} broke off: {Cause}")]
    public static partial void BrokenOff(ILogger log, Guid migrationId, string cause);

    [LoggerMessage(2205, LogLevel.Information, "Removed {Folder}, which nothing claims")]
    public static partial void Unclaimed(ILogger log, string folder);
}
