using System.Collections.Immutable;
using Ms2m.Contracts;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations;

public static partial class Migration
{
    /// <summary>Whether a command is still to be carried out. A copy of a command may come long after its step, even
    /// after the migration: what it would make then, nobody would ever remove.</summary>
    public static bool Wants(MigrationState state, IStepMessage command) => command is SendFence
        ? state is Moving
        : StepsOf(state).GetValueOrDefault(command.Step) is { Status: StepStatus.Running } running
            && running.Attempt == command.Attempt;

    private static ImmutableSortedDictionary<string, StepProgress> StepsOf(MigrationState state) => state switch
    {
        Moving moving => moving.Steps,
        Committed committed => committed.Steps,
        RollingBack back => back.Steps,
        _ => NoSteps,
    };
}
