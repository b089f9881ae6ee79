namespace Ms2m.Contracts;

/// <summary>AMQP headers of the handoff's own messages. docs/wire-protocol.md describes them for other languages.</summary>
public static class Headers
{
    /// <summary>Type of a message as <c>urn:message:Ms2m.Contracts:Name</c>; the header that MassTransit uses.</summary>
    public const string MessageType = "MT-MessageType";

    /// <summary>On a fence in a primary queue: the migration id (a GUID as text).</summary>
    public const string Fence = "ms2m-fence";

    /// <summary>On a fence: the instance id of the source it is meant for.</summary>
    public const string FenceInstance = "ms2m-fence-instance";

    /// <summary>On a journal entry: 1 for the first message applied after the journal was opened, then 2, 3, …</summary>
    public const string Ordinal = "ms2m-ordinal";

    /// <summary>On a journal entry: the name of the message (message id, or digest).</summary>
    public const string Name = "ms2m-name";

    /// <summary>On a journal entry: <c>named</c> (payload is in R), <c>carried</c> (payload is here) or <c>close</c>.</summary>
    public const string Kind = "ms2m-kind";

    /// <summary>On a journal entry: the time the handler was given, in milliseconds since 1970-01-01 UTC.</summary>
    public const string Time = "ms2m-time";

    /// <summary>On a carried entry: routing key under which the message was published.</summary>
    public const string RoutingKey = "ms2m-routing-key";

    /// <summary>On a carried entry: exchange to which the message was published.</summary>
    public const string Exchange = "ms2m-exchange";

    /// <summary>On the closing entry: hexadecimal chain digest over everything applied since the journal was opened.</summary>
    public const string ChainDigest = "ms2m-chain-digest";

    /// <summary>On the closing entry: hexadecimal digest of the workload's state; absent where it computes none.</summary>
    public const string StateDigest = "ms2m-state-digest";

    /// <summary>On the closing entry: how many of the newest entries' messages may come again from Q, because the source
    /// lost its connection before the broker had certainly taken its acknowledgements; 0 after a clean quiesce.</summary>
    public const string Unsettled = "ms2m-unsettled";

    /// <summary>On a dead-lettered request: why it was refused, in a sentence.</summary>
    public const string Reason = "ms2m-reason";

    /// <summary>When its sender handed the message to the broker: microseconds since 1970-01-01 UTC, on the sender's clock.
    /// On commands and answers; optional.</summary>
    public const string Sent = "ms2m-sent";

    /// <summary>On an answer: the <see cref="Sent"/> of the command it answers, as it came. Optional.</summary>
    public const string Asked = "ms2m-asked";

    /// <summary>On an answer: when its sender had the command, in microseconds since 1970-01-01 UTC on its clock. Together
    /// with <see cref="Asked"/> and <see cref="Sent"/> it tells the way from the work without equal clocks. Optional.</summary>
    public const string Received = "ms2m-received";

    /// <summary>The W3C trace context of a command's sender or of an answer's: <c>00-trace-span-01</c>. Absent where nobody
    /// traces.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The URN of a contract on the wire.</summary>
    public static string Urn(Type contract) => $"urn:message:{contract.Namespace}:{contract.Name}";
}
