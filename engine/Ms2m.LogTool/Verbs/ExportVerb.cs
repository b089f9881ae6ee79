using System.CommandLine;
using System.Text;
using Ms2m.History.Exporting;
using Ms2m.LogTool.Exporting;

namespace Ms2m.LogTool.Verbs;

/// <summary>Writes migrations in forms that other tools read.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var id = new Argument<string?>("id") { Description = "Id of a migration, or its beginning, or 'last'", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Every migration" };
        var since = new Option<string?>("--since") { Description = "jsonl, csv: events of then or later; trace, otlp: migrations requested then or later", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "Before then", HelpName = "TIME" };
        var format = new Option<string>("--format")
        {
            Description = "jsonl: one event a line, all columns. csv: the same as a table. trace: for ui.perfetto.dev. otlp: OpenTelemetry"
                + " spans, one request a line. (There is no Arrow or Parquet: read the csv into what writes them)",
            DefaultValueFactory = _ => "jsonl",
        };
        format.AcceptOnlyFromAmong("jsonl", "csv", "trace", "otlp");
        var file = new Option<string?>("--out") { Description = "Where to write it [default: standard output]", HelpName = "FILE" };
        var endpoint = new Option<string?>("--endpoint") { Description = "otlp: post the spans to this collector (OTLP over HTTP, as JSON)", HelpName = "URL" };
        var command = new Command("export", "Write one migration, or all of a period, for other tools") { id, all, since, until, format, file, endpoint };
        command.Validators.Add(result =>
        {
            var several = result.GetValue(all) || result.GetValue(since) is not null || result.GetValue(until) is not null;
            if (several == (result.GetValue(id) is not null))
            {
                result.AddError("export wants one migration, or --all, --since or --until");
            }

            if (result.GetValue(endpoint) is { } to && (result.GetValue(format) != "otlp" || result.GetValue(file) is not null || !IsHttp(to)))
            {
                result.AddError("--endpoint wants an http URL and --format otlp, and no --out");
            }
        });
        return command.Does(async call =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var slice = new LogSlice(
                call.Parsed.GetValue(id) is { } text ? await MigrationIds.Find(call, text) : null,
                Times.Read(call.Parsed.GetValue(since), now),
                Times.Read(call.Parsed.GetValue(until), now));
            var (exports, form) = (new Exports(call.Store, slice, call.Cancel), call.Parsed.GetRequiredValue(format));
            try
            {
                if (call.Parsed.GetValue(endpoint) is { } collector)
                {
                    await exports.PostSpansAsync(new Uri(collector));
                }
                else
                {
                    await using var to = Open(call.Parsed.GetValue(file));
                    await WriteAsync(exports, form, to);
                }
            }
            catch (HttpRequestException refused)
            {
                throw new LogRefusedException(AnalysisFailures.NoCollector(refused.Message), ExitCodes.Unreachable);
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                throw new LogRefusedException(AnalysisFailures.NotWritten(unwritable.Message), ExitCodes.Failed);
            }

            if (slice.Migration is not null && exports.Written == 0)
            {
                throw new LogRefusedException(LogFailures.NoSuchMigration($"{slice.Migration}"), ExitCodes.Failed);
            }

            return ExitCodes.Success;
        });
    }

    private static bool IsHttp(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https");

    private static Task WriteAsync(Exports exports, string form, TextWriter to) => form switch
    {
        "csv" => exports.CsvAsync(to),
        "trace" => exports.TraceAsync(to),
        "otlp" => exports.SpansAsync(to),
        _ => exports.JsonLinesAsync(to),
    };

    private static StreamWriter Open(string? file) =>
        new(file is null ? Console.OpenStandardOutput() : File.Create(file), new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
}
