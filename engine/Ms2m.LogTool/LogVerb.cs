using System.CommandLine;
using Ms2m.Cli.Display;
using Ms2m.EventLog.Streams;
using Npgsql;

namespace Ms2m.LogTool;

/// <summary>What all verbs share: which store, JSON or text, and every expected error as a sentence and an exit code.</summary>
internal static class LogVerb
{
    /// <summary>Gives a verb that reads the common options and its work.</summary>
    public static Command Does(this Command command, Func<LogCall, Task<int>> work) => command.Does(LogStore.Variable, work);

    /// <summary>As <see cref="Does(Command, Func{LogCall, Task{int}})"/>, for a verb that writes: the user of the engine's own connection may.</summary>
    public static Command Writes(this Command command, Func<LogCall, Task<int>> work) => command.Does(LogStore.WriterVariable, work);

    /// <param name="variable">Names the store where --store does not.</param>
    public static Command Does(this Command command, string variable, Func<LogCall, Task<int>> work)
    {
        var store = new Option<string?>("--store")
        {
            Description = $"Npgsql connection string of the event store [default: ${variable}]",
            HelpName = "CONNECTION",
        };
        var json = new Option<bool>("--json") { Description = "Print JSON instead of text" };
        command.Options.Add(store);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) =>
            Run(parsed, variable, parsed.GetValue(store), new Output(parsed.GetValue(json)), work, cancel));
        return command;
    }

    private static async Task<int> Run(
        ParseResult parsed, string variable, string? connection, Output output, Func<LogCall, Task<int>> work, CancellationToken cancel)
    {
        connection ??= Environment.GetEnvironmentVariable(variable);
        if (string.IsNullOrEmpty(connection))
        {
            return output.Fail(LogFailures.NoStore(variable), ExitCodes.Usage);
        }

        try
        {
            await using var store = new LogStore(connection);
            return await work(new LogCall(store, parsed, output, cancel));
        }
        catch (ArgumentException wrong) when (wrong.TargetSite?.DeclaringType?.Namespace?.StartsWith("Npgsql", StringComparison.Ordinal) == true)
        {
            return output.Fail(LogFailures.BadStore(wrong.Message), ExitCodes.Usage);
        }
        catch (NpgsqlException away)
        {
            return output.Fail(LogFailures.StoreAway(away), ExitCodes.Unreachable);
        }
        catch (LogRefusedException no)
        {
            return output.Fail(no.Reason, no.ExitCode);
        }
        catch (UnknownEventException newer)
        {
            return output.Fail(LogFailures.Newer(newer.Name), ExitCodes.Failed);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // The last catch: a person gets a sentence, never a stack trace.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            return output.Fail(LogFailures.Unexpected(bug), ExitCodes.Failed);
        }
    }
}

/// <summary>One run of a verb.</summary>
internal sealed record LogCall(LogStore Store, ParseResult Parsed, Output Output, CancellationToken Cancel);
