using MassTransit;
using Ms2m.Migrations;

namespace Ms2m.Engine.Saga;

/// <summary>What is stored of one migration beside its events: their fold, and how many of them it holds.</summary>
public sealed class MigrationSaga : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    /// <summary>The phase, as text, for whoever reads the table.</summary>
    public string CurrentState { get; set; } = nameof(SagaStateMachine<MigrationSaga>.Initial);

    /// <summary>The version of the event stream that <see cref="State"/> is the fold of.</summary>
    public long StreamVersion { get; set; }

    /// <summary>The digest of the stream's last event, which seals all before it; absent where only an older version has
    /// appended so far.</summary>
    public string? StreamDigest { get; set; }

    /// <summary>The first span of the migration's trace, the parent of the engine's others; absent where nobody traced its
    /// request.</summary>
    public string? Trace { get; set; }

    public MigrationState State { get; set; } = Migration.Initial;
}
