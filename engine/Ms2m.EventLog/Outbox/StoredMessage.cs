namespace Ms2m.EventLog.Outbox;

/// <summary>A message as it goes to the broker, already serialised: whoever sends it, and however often, sends the same
/// bytes under the same id.</summary>
/// <param name="Destination">Address of the exchange.</param>
/// <param name="Headers">JSON object, in the order they were written.</param>
/// <param name="Properties">JSON object of the transport's own properties, such as the routing key.</param>
/// <param name="ExpiresAt">When the message is worth nothing any more.</param>
public sealed record StoredMessage(
    Guid MessageId,
    Guid? CorrelationId,
    string Destination,
    string ContentType,
    string Headers,
    string Properties,
    ReadOnlyMemory<byte> Body,
    DateTimeOffset? ExpiresAt = null);

/// <summary>A message in the outbox.</summary>
/// <param name="StoredAt">By the database's clock; for a message just inserted, an approximation by the caller's.</param>
public sealed record OutboxMessage(Guid Id, StoredMessage Message, DateTimeOffset StoredAt);
