namespace Ms2m.Workload;

/// <summary>Handles one message: changes the workload's state and says what is to be sent. Called for one message at a
/// time, in the order of delivery.</summary>
public delegate ValueTask Handler(Message message, Effects effects);

/// <summary>A stateful consumer that can be moved while it runs.</summary>
public static class Workload
{
    /// <summary>Consumes until the token is cancelled, or until this instance has handed over.</summary>
    public static Task<WorkloadResult> RunAsync(
        WorkloadOptions options, Handler handler, CancellationToken cancellationToken = default) =>
        new WorkloadLoop(options, handler).RunAsync(cancellationToken);
}

/// <summary>Why <see cref="Workload.RunAsync"/> returned. The number is a fitting exit code.</summary>
public enum WorkloadResult
{
    /// <summary>The token was cancelled; what was in hand is finished and acknowledged.</summary>
    Stopped = 0,

    /// <summary>Another instance has taken over: the instance file says so, or the broker refuses this one.</summary>
    Retired = 3,
}
