using Ms2m.EventLog.Streams;

namespace Ms2m.History.Events;

/// <summary>Keys in the <c>headers</c> of an event; <see cref="EventFacts"/> says what each means.</summary>
public static class EventHeaders
{
    public const string Author = "author";
    public const string Engine = "engine";
    public const string Version = "version";
    public const string Clock = "clock";
    public const string MonotonicMs = "monotonic_ms";
    public const string Node = "node";
    public const string Step = "step";
    public const string Attempt = "attempt";
    public const string Asked = "asked";
    public const string Received = "received";
    public const string Sent = "sent";
    public const string Arrived = "arrived";
    public const string Digest = EventSeal.Header;
}
