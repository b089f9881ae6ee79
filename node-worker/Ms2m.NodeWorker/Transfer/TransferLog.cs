using System.Net;
using System.Net.Security;

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

    [LoggerMessage(2206, LogLevel.Warning,
        "Refused a connection from {Peer}: its certificate ({Subject}) is not one of our nodes' ({Errors} {Details})")]
    public static partial void StrangerRefused(
        ILogger log, EndPoint? peer, string subject, SslPolicyErrors errors, string details);

    [LoggerMessage(2207, LogLevel.Warning, "The certificate in {Folder} cannot be read, the former one serves on: {Cause}")]
    public static partial void CertificateUnreadable(ILogger log, string folder, string cause);

    [LoggerMessage(2208, LogLevel.Warning,
        "INSECURE: checkpoints travel unencrypted and nodes do not prove who they are ({Key} is set). Whoever is on the "
        + "wire can read the memory of the workloads that are moved.")]
    public static partial void Unprotected(ILogger log, string key);

    [LoggerMessage(2209, LogLevel.Information,
        "Sent {Path}: {Bytes} bytes as {WireBytes} on the wire, {Compressed} of {Blocks} blocks compressed, {Speed} MB/s")]
    public static partial void Sent(
        ILogger log, string path, long bytes, long wireBytes, int compressed, int blocks, double speed);

    [LoggerMessage(2210, LogLevel.Warning, "Sending {Path} uncompressed: {Who} has no libzstd.so.1, or an older worker")]
    public static partial void Uncompressed(ILogger log, string path, string who);

    [LoggerMessage(2211, LogLevel.Information, "Keeping {Bytes} bytes of {Workload}, for {Seconds} s at most, for its way back")]
    public static partial void BaseKept(ILogger log, string workload, long bytes, int seconds);

    [LoggerMessage(2212, LogLevel.Information, "Giving up {Bytes} bytes kept of {Workload}: the room is needed")]
    public static partial void BaseGivenUp(ILogger log, string workload, long bytes);

    [LoggerMessage(2213, LogLevel.Warning, "Sending {Path} as a whole, not by what has changed: {Cause}")]
    public static partial void SentAsAWhole(ILogger log, string path, string cause);

    [LoggerMessage(2214, LogLevel.Information, "Received {Bytes} bytes of memory ahead of the checkpoint of {MigrationId}")]
    public static partial void ReceivedAhead(ILogger log, Guid migrationId, long bytes);

    [LoggerMessage(2215, LogLevel.Information, "Sent ahead of {Path}, round {Round}: of {Bytes} bytes {WireBytes} on the wire")]
    public static partial void SentAhead(ILogger log, string path, int round, long bytes, long wireBytes);

    [LoggerMessage(2216, LogLevel.Warning, "What {Workload} leaves behind cannot be kept for its way back: {Cause}")]
    public static partial void BaseNotKept(ILogger log, string workload, string cause);

    [LoggerMessage(2217, LogLevel.Warning, "What is kept of {Workload} cannot be removed: {Cause}")]
    public static partial void BaseNotRemoved(ILogger log, string workload, string cause);

    [LoggerMessage(2218, LogLevel.Warning, "No more memory goes ahead to {Path} after {Rounds} rounds")]
    public static partial void EndedAhead(ILogger log, string path, int rounds, Exception cause);

    [LoggerMessage(2219, LogLevel.Warning, "The channel {Purpose} of {MigrationId} broke off: {Cause}")]
    public static partial void ChannelBroke(ILogger log, Guid migrationId, string purpose, string cause);

    [LoggerMessage(2220, LogLevel.Error, "The channel {Purpose} of {MigrationId} failed")]
    public static partial void ChannelFailed(ILogger log, Guid migrationId, string purpose, Exception cause);

    [LoggerMessage(2221, LogLevel.Information, "As the standby node of {Workload}: {Bytes} bytes of its memory are here, for {Seconds} s at most")]
    public static partial void StandbyKept(ILogger log, string workload, long bytes, int seconds);

    [LoggerMessage(2222, LogLevel.Information, "Sent {Instance} to the standby node {Node}: of {Bytes} bytes {WireBytes} on the wire")]
    public static partial void SentInAdvance(ILogger log, string instance, string node, long bytes, long wireBytes);

    [LoggerMessage(2223, LogLevel.Warning, "The memory of {Instance} did not get to the standby node {Node}; it is tried again later: {Cause}")]
    public static partial void NotSentInAdvance(ILogger log, string instance, string node, string cause);

    [LoggerMessage(2224, LogLevel.Error, "Sending the memory of {Instance} to the standby node {Node} failed")]
    public static partial void FailedInAdvance(ILogger log, string instance, string node, Exception cause);

    [LoggerMessage(2226, LogLevel.Warning, "{Node} is to send in advance here more than {Most} times at once; {Workload} is left out")]
    public static partial void TooManyExpected(ILogger log, string node, int most, string workload);
}
