using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Contracts;

namespace Ms2m.Cli.Display;

/// <summary>How a migration ended: result to standard output, reason to standard error, and the exit code.</summary>
internal static class Ending
{
    public static int Show(Output output, MigrationView migration, JsonElement document)
    {
        if (output.Json)
        {
            output.Document(document);
        }
        else
        {
            output.Text.Write(Timeline.Of(migration with { Reason = null }));
        }

        return migration.IsCompleted
            ? ExitCodes.Success
            : output.Fail(migration.Reason ?? WithoutReason(migration), ExitCodes.Failed);
    }

    private static Failure WithoutReason(MigrationView migration) => new(
        $"MS2M-{migration.Phase.ToUpperInvariant()}",
        $"The migration ended as {migration.Phase}.",
        $"'ms2m events {migration.MigrationId}' shows what happened.");
}
