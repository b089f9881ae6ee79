namespace Ms2m.NodeWorker.Transfer.PostCopy;

internal static partial class PageLog
{
    [LoggerMessage(2231, LogLevel.Warning, "{MigrationId}: the target cannot be reached to hand memory over: {Cause}")]
    public static partial void NotOpened(ILogger log, Guid migrationId, string cause);

    [LoggerMessage(2232, LogLevel.Error, "{MigrationId}: {Node} has not asked for memory for too long and gets no more")]
    public static partial void Unasked(ILogger log, Guid migrationId, string node);

    [LoggerMessage(2233, LogLevel.Error, "{MigrationId}: memory cannot be handed over from {Node} any more")]
    public static partial void Failed(ILogger log, Guid migrationId, string node, Exception cause);

    [LoggerMessage(2234, LogLevel.Information, "{MigrationId}: {Pages} pages were handed over; the source had ended: {Gone}")]
    public static partial void HandedOver(ILogger log, Guid migrationId, long pages, bool gone);

    [LoggerMessage(2235, LogLevel.Warning, "{MigrationId}: the connection on which memory is handed over broke: {Cause}")]
    public static partial void Broke(ILogger log, Guid migrationId, string cause);

    [LoggerMessage(2236, LogLevel.Information, "{MigrationId}: all of the memory is here, {Bytes} bytes came after the checkpoint in {Ms} ms")]
    public static partial void AllHere(ILogger log, Guid migrationId, long bytes, double ms);

    [LoggerMessage(2237, LogLevel.Error, "{MigrationId}: memory is lost, and the copy that waits for it is killed: {Cause}")]
    public static partial void Lost(ILogger log, Guid migrationId, string cause);

    [LoggerMessage(2238, LogLevel.Error, "{MigrationId}: the worker was away while memory was still to come: the copy is killed")]
    public static partial void LostMeanwhile(ILogger log, string migrationId);

    [LoggerMessage(2239, LogLevel.Error, "{MigrationId}: the copy that waits for memory could not be ended: {Cause}")]
    public static partial void NotEnded(ILogger log, string migrationId, string cause);
}
