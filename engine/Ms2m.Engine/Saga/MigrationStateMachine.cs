using MassTransit;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.Engine.Saga;

/// <summary>A switchboard: every message of a migration goes to the pure core, whatever the phase, and what comes back
/// is stored and sent. The states are the phases; there is no branch here on purpose.</summary>
public sealed class MigrationStateMachine : MassTransitStateMachine<MigrationSaga>
{
    private readonly Dictionary<Phase, State> _phases = [];

    public MigrationStateMachine()
    {
        InstanceState(saga => saga.CurrentState);
        foreach (var phase in Enum.GetValues<Phase>())
        {
            _phases[phase] = State(phase.ToString());
        }

        Begin<StartMigration>();
        Begin<RefuseMigration>();
        Accept<CancelMigration>();
        Accept<AdmitMigration>();
        Accept<QueueOverdue>();
        Accept<StepOverdue>();
        Accept<StepFailed>();
        Accept<TargetReserved>();
        Accept<AccessGranted>();
        Accept<ShadowRevoked>();
        Accept<SourcePrepared>();
        Accept<ReplayOpened>();
        Accept<FenceSent>();
        Accept<FenceReached>();
        Accept<PreCopied>();
        Accept<PagesCollected>();
        Accept<CheckpointTaken>();
        Accept<TransferCompleted>();
        Accept<ShadowReady>();
        Accept<InstanceFrozen>();
        Accept<InstanceThawed>();
        Accept<InstanceStarted>();
        Accept<OwnerChecked>();
        Accept<NameReleased>();
        Accept<SourceRevived>();
        Accept<InstanceAdopted>();
        Accept<ShadowAttached>();
        Accept<ReplayProgressed>();
        Accept<JournalClosed>();
        Accept<ReplayCaughtUp>();
        Accept<HandoffBroken>();
        Accept<SourceRevoked>();
        Accept<ShadowPromoted>();
        Accept<InstanceActivated>();
        Accept<InstanceRemoved>();
        Accept<CheckpointDiscarded>();
        Accept<SourceResumed>();
        Accept<ReplayClosed>();
        Accept<InstanceExited>();
    }

    /// <summary>A message that may be the first of its migration.</summary>
    private void Begin<T>()
        where T : class, IMigrationMessage
    {
        var begun = Event<T>(typeof(T).Name, correlation => correlation.CorrelateById(c => c.Message.MigrationId));
        Initially(When(begun).ThenAsync(HandleAsync));
        DuringAny(When(begun).ThenAsync(HandleAsync));
    }

    /// <summary>A message about a migration that exists. About any other it says nothing.</summary>
    private void Accept<T>()
        where T : class, IMigrationMessage
    {
        var accepted = Event<T>(typeof(T).Name, correlation =>
        {
            correlation.CorrelateById(c => c.Message.MigrationId);
            correlation.OnMissingInstance(missing => missing.Discard());
        });
        DuringAny(When(accepted).ThenAsync(HandleAsync));
    }

    private async Task HandleAsync<T>(BehaviorContext<MigrationSaga, T> context)
        where T : class, IMigrationMessage
    {
        var phase = await context.GetPayload<IServiceProvider>().GetRequiredService<MigrationHandler>()
            .HandleAsync(context.Saga, context.Message, context);
        await context.TransitionToState(_phases[phase]);
    }
}
