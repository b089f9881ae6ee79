namespace Ms2m.Contracts;

/// <summary>Engine to itself: declare the replay queue R and bind it as the primary queue is bound.</summary>
/// <param name="Queue">The primary queue Q.</param>
public sealed record OpenReplay(Guid MigrationId, string Step, int Attempt, string Queue) : IStepMessage
{
    /// <summary>Leave R unbound: the source stops before its checkpoint, so there is nothing to replay, and the copy only
    /// looks for a queue of that name.</summary>
    public bool Unbound { get; init; }
}

/// <summary>R receives what Q receives.</summary>
/// <param name="Bindings">How many bindings of Q were copied.</param>
public sealed record ReplayOpened(Guid MigrationId, string Step, int Attempt, int Bindings) : IStepMessage;

/// <summary>Engine to itself, a settling delay after <see cref="ReplayOpened"/>: publish the fence to Q. Nobody waits
/// for it; it only lets the source stop sending payloads.</summary>
public sealed record SendFence(Guid MigrationId, string Step, int Attempt, string Queue, string InstanceId) : IStepMessage;

/// <summary>The fence is in Q.</summary>
public sealed record FenceSent(Guid MigrationId, string Step, int Attempt) : IStepMessage;

/// <summary>Engine to itself: delete R, J and the control queue of an instance that is gone.</summary>
/// <param name="InstanceId">The instance whose control queue goes too.</param>
public sealed record CloseReplay(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Nothing of the migration is left on the broker.</summary>
public sealed record ReplayClosed(Guid MigrationId, string Step, int Attempt) : IStepMessage;
