using System.CommandLine;
using System.Globalization;
using Ms2m.History.Verifying;

namespace Ms2m.LogTool.Verbs;

/// <summary>Refolds streams and checks them against every law of the log.</summary>
internal static class VerifyVerb
{
    public static Command Create()
    {
        var id = new Argument<string?>("id")
        {
            Description = "Id of the migration, or its beginning; 'last' for the newest",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "Every migration, archived ones too" };
        var command = new Command(
            "verify",
            "Check that the log is whole: digests, sequence, causation, story; that the stored state is the fold of the events, and "
            + "the read model what follows from them. Exit code 1 when it is not.")
        { id, all };
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null == !result.GetValue(all))
            {
                result.AddError("verify wants an id, or --all");
            }
        });
        return command.Does(async call =>
        {
            var run = new VerifyRun(new StoredStreams(call.Store.Source), call.Store.Types);
            var counting = new Counting();
            var report = call.Parsed.GetValue(id) is { } one
                ? await run.OneAsync(await MigrationIds.Find(call, one), call.Cancel)
                    ?? throw new LogRefusedException(LogFailures.NoSuchMigration(one), ExitCodes.Failed)
                : await run.AllAsync(
                    (migrations, events) => counting.Tell($"{migrations} migrations, {events} events, {events / counting.Seconds:0}/s"),
                    call.Cancel);
            counting.Done();
            return Print(call, report, counting.Seconds);
        });
    }

    private static int Print(LogCall call, VerifyReport report, double seconds)
    {
        if (call.Output.Json)
        {
            call.Output.Document(new { report.IsSound, report.Migrations, report.Events, report.Faults, report.Notes, Seconds = seconds, report.Findings });
        }
        else
        {
            foreach (var finding in report.Findings)
            {
                Console.Out.WriteLine(Line(finding));
            }

            var verdict = (report.IsSound ? "sound" : $"{report.Faults} faults") + (report.Notes > 0 ? $", {report.Notes} notes" : "");
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Migrations} migrations, {report.Events} events in {seconds:0.0} s ({report.Events / seconds:0}/s): {verdict}"));
        }

        return report.IsSound ? ExitCodes.Success : call.Output.Fail(LogFailures.NotSound(report.Faults), ExitCodes.Failed);
    }

    private static string Line(Finding finding)
    {
        var where = finding.Version is { } version ? $" event {version} ({finding.Type}, sequence {finding.Sequence})" : "";
        return $"{(finding.Severity == Severity.Fault ? "FAULT" : "note "),-5} {finding.Rule,-10} {finding.MigrationId}{where}: {finding.Message}";
    }
}
