namespace Ms2m.NodeWorker.Volumes;

internal static partial class VolumeLog
{
    [LoggerMessage(2501, LogLevel.Warning, "The volumes of {Instance} are packed into its checkpoint: {Reason}")]
    public static partial void WithinCheckpoint(ILogger log, string instance, string reason);

    [LoggerMessage(2502, LogLevel.Information,
        "Volumes of {Instance} sent ahead, round {Round}: of {Bytes} bytes {WireBytes} on the wire")]
    public static partial void SentAhead(ILogger log, string instance, int round, long bytes, long wireBytes);

    [LoggerMessage(2503, LogLevel.Information,
        "The volume of {Instance} at {Destination} is over: of {Bytes} bytes the last round sent {WireBytes} and read {Files} files")]
    public static partial void Finished(ILogger log, string instance, string destination, long bytes, long wireBytes, int files);

    [LoggerMessage(2504, LogLevel.Warning, "The volume at {Destination} for {MigrationId} did not arrive: {Complaint}")]
    public static partial void NotReceived(ILogger log, Guid migrationId, string destination, string complaint);

    [LoggerMessage(2505, LogLevel.Information, "The volume at {Destination} for {MigrationId} was not looked at ahead: {Cause}")]
    public static partial void NotLookedAt(ILogger log, Guid migrationId, string destination, string cause);
}
