namespace Ms2m.EventLog;

/// <summary>Somebody else wrote first. The transaction is lost; handling the message again, from the start and on fresh
/// data, is the cure.</summary>
public abstract class ConflictException(string message) : Exception(message);

/// <summary>The stream is not at the version the writer has seen. No event and no sequence number was written.</summary>
public sealed class StreamConflictException(Guid streamId, long expectedVersion)
    : ConflictException($"Stream {streamId} is not at version {expectedVersion}.")
{
    public Guid StreamId { get; } = streamId;

    /// <summary>What the writer took for the version; 0 for a stream that it took for new.</summary>
    public long ExpectedVersion { get; } = expectedVersion;
}

/// <summary>The document was changed, removed or, on insert, created by somebody else.</summary>
public sealed class DocumentConflictException(string table, object id)
    : ConflictException($"Document {id} in {table} was written by somebody else.");
