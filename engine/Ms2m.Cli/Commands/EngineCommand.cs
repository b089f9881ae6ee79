using System.CommandLine;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Contracts;

namespace Ms2m.Cli.Commands;

/// <summary>What all verbs share: which engine, JSON or text, and every expected error as a sentence and an exit code.</summary>
internal static class EngineCommand
{
    private static Option<string?> Url => new("--engine")
    {
        Description = $"URL of the engine [default: ${EngineClient.UrlVariable}, else {EngineClient.DefaultUrl}]",
        HelpName = "URL",
    };

    private static Option<bool> Json => new("--json") { Description = "Print JSON instead of text" };

    /// <summary>Gives a verb the common options and its work.</summary>
    public static Command Does(this Command command, Func<EngineCall, Task<int>> work)
    {
        var url = Url;
        var json = Json;
        command.Options.Add(url);
        command.Options.Add(json);
        command.SetAction((parsed, cancel) =>
            Run(parsed, parsed.GetValue(url), new Output(parsed.GetValue(json)), work, cancel));
        return command;
    }

    private static async Task<int> Run(
        ParseResult parsed, string? url, Output output, Func<EngineCall, Task<int>> work, CancellationToken cancel)
    {
        url ??= Environment.GetEnvironmentVariable(EngineClient.UrlVariable) is { Length: > 0 } named
            ? named
            : EngineClient.DefaultUrl;
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
        {
            return output.Fail(CliFailures.NotAUrl(url), ExitCodes.Usage);
        }

        var token = Environment.GetEnvironmentVariable(EngineClient.TokenVariable);
        using var engine = new EngineClient(address, token is { Length: > 0 } ? token : null);
        try
        {
            return await work(new EngineCall(engine, parsed, output, cancel));
        }
        catch (EngineUnreachableException gone)
        {
            return output.Fail(gone.Reason, ExitCodes.Unreachable);
        }
        catch (EngineRefusedException no)
        {
            return output.Fail(no.Reason, ExitCodes.Failed);
        }
        catch (BadUsageException wrong)
        {
            return output.Fail(wrong.Reason, ExitCodes.Usage);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
#pragma warning disable CA1031 // The last catch: a person gets a sentence, never a stack trace.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            return output.Fail(CliFailures.Unexpected(bug), ExitCodes.Failed);
        }
    }
}

/// <summary>One run of a verb.</summary>
internal sealed record EngineCall(EngineClient Engine, ParseResult Parsed, Output Output, CancellationToken Cancel);

/// <summary>The command line cannot be meant so; only the engine's answer showed it.</summary>
internal sealed class BadUsageException(Failure reason) : Exception(reason.Message)
{
    public Failure Reason { get; } = reason;
}
