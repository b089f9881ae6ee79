using Ms2m.EventLog.Outbox;

namespace Ms2m.EventLog.Timers;

/// <summary>A message for later.</summary>
/// <param name="Token">Names the timer and becomes the message's id, so that a timer sent twice is handled once.</param>
/// <param name="DueAt">By the clock of the engines.</param>
/// <param name="Message">Its <see cref="StoredMessage.MessageId"/> is <paramref name="Token"/>.</param>
public sealed record StoredTimer(Guid Token, DateTimeOffset DueAt, StoredMessage Message);
