using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>What a consumer's author decides. Everything else comes from the instance file.</summary>
public sealed class WorkloadOptions
{
    /// <summary>The primary queue Q. It has one consumer of this workload at a time.</summary>
    public required string Queue { get; init; }

    /// <summary>How many messages may be on their way between broker and acknowledgement. Default 32. More hides the
    /// latency of confirms; less keeps the memory, and so the checkpoint, smaller.</summary>
    public ushort Prefetch { get; init; } = 32;

    /// <summary>Whether to declare the queue, durable, with <see cref="QueueArguments"/>. Default true. A quorum queue is
    /// asked for with the argument <c>x-queue-type</c>.</summary>
    public bool DeclareQueue { get; init; } = true;

    public IReadOnlyDictionary<string, object?> QueueArguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>Exchanges to declare, durable, before the bindings.</summary>
    public IReadOnlyList<Exchange> Exchanges { get; init; } = [];

    /// <summary>Bindings of the queue to declare.</summary>
    public IReadOnlyList<Binding> Bindings { get; init; } = [];

    /// <summary>Digest of the workload's state as text, compared at a handoff. It is asked between two messages and its
    /// duration is part of the interruption, so keep it as you go. Default: none is compared.</summary>
    public Func<string>? StateDigest { get; init; }

    /// <summary>How long a shadow waits for a payload that the journal names, in milliseconds. Default 5000.</summary>
    public int PayloadDeadlineMs { get; init; } = 5000;

    /// <summary>How long the broker must have refused this instance's user before it leaves for good. Until then it touches
    /// nothing and asks again: a broker whose users are being restored refuses everybody for a while. Default 20 s.</summary>
    public TimeSpan RefusedPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Default: the environment variable MS2M_INSTANCE_FILE, else <see cref="InstanceFile.DefaultPath"/>.</summary>
    public string InstanceFilePath { get; init; } =
        Environment.GetEnvironmentVariable("MS2M_INSTANCE_FILE") is { Length: > 0 } path ? path : InstanceFile.DefaultPath;

    /// <summary>One line per fact. Default: standard output.</summary>
    public Action<string> Log { get; init; } = text => Console.WriteLine(
        $"{DateTime.UtcNow.ToString("O", System.Globalization.CultureInfo.InvariantCulture)} {text}");
}

/// <summary>An exchange that the workload wants to exist.</summary>
/// <param name="Type">direct, topic, fanout or headers.</param>
public sealed record Exchange(string Name, string Type);

/// <summary>A binding of the workload's queue.</summary>
public sealed record Binding(
    string Exchange, string RoutingKey, IReadOnlyDictionary<string, object?>? Arguments = null);
