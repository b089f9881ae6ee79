using Ms2m.Contracts;
using Ms2m.Migrations;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.ModelCheck.Parts;

/// <summary>One state of the engine: the real core's state, and the timers that would still change something.</summary>
internal sealed class Engine(MigrationState state, IReadOnlyList<int> timers, int migration)
{
    public MigrationState State => state;

    /// <summary>Numbers of <see cref="StepOverdue"/> messages.</summary>
    public IReadOnlyList<int> Timers => timers;

    public int Migration => migration;

    public bool Moving => state is Moving;

    public bool HasEnded => state is Ended;

    public bool Failed => state is Ended { Outcome: Phase.Failed };

    public bool Completed => state is Ended { Outcome: Phase.Completed };

    /// <summary>Nobody but the source is the workload any more.</summary>
    public bool RollsBack => state is RollingBack { Way: null };

    /// <summary>Should the source be dead, the shadow may still become the workload.</summary>
    public bool MayGoForward => state is MigrationState.Moving or RollingBack { Way: not null };

    public bool HasCommitted => state is Committed;

    public bool Follows => state is Moving { Facts.SourceLost: null, Steps: var steps }
        && steps.GetValueOrDefault(StepNames.FollowReplay) is { Status: StepStatus.Running };

    public string Said => state switch
    {
        Moving moving => "moving: " + string.Join(' ', moving.Steps.Where(s => s.Value.Status != StepStatus.Done).Select(s => s.Key)),
        Committed committed => "committed: " + string.Join(' ', committed.Steps.Where(s => s.Value.Status != StepStatus.Done).Select(s => s.Key)),
        RollingBack back => $"rolling back ({back.Reason.Code})",
        Ended ended => $"{ended.Outcome}{(ended.Reason is { } reason ? $" ({reason.Code})" : "")}",
        _ => "nothing asked yet",
    };
}

/// <summary>What one input leads to in the engine.</summary>
/// <param name="Next">The engine after it.</param>
/// <param name="Sent">Commands, by number, and who gets them.</param>
internal sealed record EngineStep(int Next, IReadOnlyList<(Addressee To, int Message)> Sent);

internal enum Addressee : byte
{
    Source,
    Shadow,
    Node,
    Broker,
}
