using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck.Mutants;

/// <summary>The journal never takes a payload along, also for what came before R was bound.</summary>
internal sealed class NamesOnlyBeforeTheFence : Mutant
{
    public override string Name => "names only before the fence";

    public override Line Written(Line line) => line with { Carried = false };
}

/// <summary>The entry says that the effects are sent, and then they are sent.</summary>
internal sealed class EntryBeforeTheEffects : Mutant
{
    public override string Name => "journal entry before the effects";

    public override bool EntriesFirst => true;
}

/// <summary>What the frozen memory had applied and not yet sent is taken for sent.</summary>
internal sealed class PendingEffectsForgotten : Mutant
{
    public override string Name => "pending effects forgotten after a freeze in the window";

    public override void Restoring(Instance memory)
    {
        foreach (var applied in Inside.Unfinished(memory).All)
        {
            applied.EffectsSafe = true;
        }
    }
}

/// <summary>The promoted shadow does not recognise what comes again from Q.</summary>
internal sealed class NoSkippingAfterACrash : Mutant
{
    public override string Name => "no skipping after a source crash";

    public override Message Delivered(Message message, Item item, Process to) =>
        to.Id == World.SourceId || !item.Redelivered ? message
            : new Message($"again:{item.Message}", message.Body, message.Exchange, message.RoutingKey, null) { TimeMs = 1 };
}

/// <summary>The shadow is promoted together with the order to the source to stop.</summary>
internal sealed class PromotedBeforeVerified : Mutant
{
    public override string Name => "promote before verified";

    public override IEnumerable<IMigrationMessage> Sent(IMigrationMessage command, string shadow) =>
        command is QuiesceSource { Attempt: 1 } quiesce
            ? [quiesce, new PromoteShadow(quiesce.MigrationId, StepNames.PromoteShadow, 1, shadow, 2)]
            : [command];
}

/// <summary>The copy does not look at the instance file and goes on as its original.</summary>
internal sealed class ShadowConsumesTheQueue : Mutant
{
    public override string Name => "shadow consumes Q";

    public override Standing Standing(Standing decided, InstanceFile file) =>
        decided == Workload.Standing.BecomeShadow ? Workload.Standing.Serve : decided;
}

/// <summary>The rollback takes the source for resumed without telling it.</summary>
internal sealed class ForgottenResume : Mutant
{
    public override string Name => "forget to resume";

    public override IMigrationMessage? Pretended(IMigrationMessage command) => command is ResumeSource resume
        ? new SourceResumed(resume.MigrationId, resume.Step, resume.Attempt, resume.InstanceId)
        : null;
}

/// <summary>The rollback takes it for granted that the source lives.</summary>
internal sealed class NoSignOfLife : Mutant
{
    public override string Name => "roll back without a sign of life from the source";

    public override IMigrationMessage? Pretended(IMigrationMessage command) =>
        command is PrepareSource { Step: StepNames.ConfirmSource } confirm
            ? new SourcePrepared(confirm.MigrationId, confirm.Step, confirm.Attempt, confirm.InstanceId)
            : null;
}

/// <summary>A journal that was closed with every acknowledgement at the broker is taken for a promise that nothing comes
/// again.</summary>
internal sealed class NamesForgottenAfterACleanClose : Mutant
{
    public override string Name => "forget the names after a clean close";

    public override void Went(Instance memory)
    {
        if (memory is { Source: { Phase: SourcePhase.Closed, Unsettled: 0 } } or { Shadow: { CaughtUp: true, End.Unsettled: 0 } })
        {
            Inside.Recent(memory) = new RecentlyApplied(Inside.Window(memory));
        }
    }
}

/// <summary>A source that reconnects takes it for a new start.</summary>
internal sealed class OrdinalsRestart : Mutant
{
    public override string Name => "reconnect restarts the ordinals";

    public override void Lost(Instance memory)
    {
        if (memory.Source is { } journal)
        {
            journal.Chain = Chain.Start;
        }
    }
}
