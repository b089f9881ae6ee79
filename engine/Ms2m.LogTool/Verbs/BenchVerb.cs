using System.CommandLine;
using System.Globalization;
using Ms2m.Cli.Display;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Schema;
using Ms2m.History.MadeUp;
using Ms2m.History.ReadModels;
using Ms2m.LogTool.Benching;
using Npgsql;

namespace Ms2m.LogTool.Verbs;

/// <summary>Measures the other verbs on a log of made-up migrations, in a database of its own.</summary>
internal static class BenchVerb
{
    private static readonly string[] _whole = ["rebuild", "verify --all", "stats"];

    public static Command Create()
    {
        var migrations = new Option<int>("--migrations") { Description = "How many to make up", DefaultValueFactory = _ => 100_000 };
        var keep = new Option<bool>("--keep") { Description = "Leave the database there and print its connection string" };
        migrations.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 100 or > 10_000_000)
            {
                result.AddError("--migrations wants a number from 100 to 10000000");
            }
        });
        return new Command(
            "bench",
            "Fill a database of its own with made-up migrations (about 38 events each, 1.3 kB an event) and measure rebuild, "
            + "verify --all and stats (events per second, peak resident memory) and the queries of show and explain. "
            + "The user of the store must be allowed to create databases.")
        { migrations, keep }.Does(LogStore.OwnerVariable, call => Run(call, call.Parsed.GetValue(migrations), call.Parsed.GetValue(keep)));
    }

    private static async Task<int> Run(LogCall call, int migrations, bool keep)
    {
        var name = $"ms2m_bench_{Guid.NewGuid():N}";
        await Execute(call.Store.Source, $"create database {name}", call.Cancel);
        var connection = new NpgsqlConnectionStringBuilder(call.Store.ConnectionString) { Database = name }.ConnectionString;
        try
        {
            await using var store = new LogStore(connection);
            var report = await Measure(store, connection, migrations, call.Cancel);
            Print(call.Output, report);
        }
        finally
        {
            if (keep)
            {
                Console.Error.WriteLine($"kept: database {name}");
            }
            else
            {
                await Execute(call.Store.Source, $"drop database {name} with (force)", CancellationToken.None);
            }
        }

        return ExitCodes.Success;
    }

    private static async Task<BenchReport> Measure(LogStore store, string connection, int migrations, CancellationToken cancel)
    {
        await new SchemaInstaller(
            store.Source, [new DocumentTable<SagaTable, Guid>(saga => saga.CorrelationId, "mt_doc_migrationsaga")], [MigrationRows.Tables])
            .InstallAsync(cancel);
        var filling = new Counting();
        var events = await new MadeUpLog(store.Source, store.Types).FillAsync(
            migrations, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromSeconds(20),
            written => filling.Tell($"making up: {written} events"), cancel);
        filling.Done();
        await Execute(store.Source, "vacuum (analyze) mt_events, mt_streams, mt_doc_migrationsaga", cancel);
        var verbs = new List<VerbFigures>();
        foreach (var verb in _whole)
        {
            Console.Error.WriteLine($"  {verb} …");
            var figures = await ChildRun.Measure(verb, connection, cancel);
            verbs.Add(figures with { EventsPerSecond = verb == "stats" ? null : events / figures.Seconds });
            if (verb == "rebuild")
            {
                await Execute(store.Source, "vacuum (analyze) ms2m_migrations", cancel);
            }
        }

        var bytes = await Scalar(store.Source, "select pg_database_size(current_database())", cancel);
        return new BenchReport(migrations, events, bytes, filling.Seconds, verbs, await OneMigration.Measure(store, cancel));
    }

    private static void Print(Output output, BenchReport report)
    {
        if (output.Json)
        {
            output.Document(report);
            return;
        }

        output.Say($"{report.Migrations} migrations, {report.Events} events, {Human.Bytes(report.StoreBytes)} in the store, made up in {report.FillSeconds:0} s");
        foreach (var verb in report.Verbs)
        {
            var rate = verb.EventsPerSecond is { } perSecond ? string.Create(CultureInfo.InvariantCulture, $"{perSecond,8:0} events/s") : "";
            output.Say($"{verb.Verb,-14} {verb.Seconds,7:0.0} s {rate,17}   peak {Human.Bytes(verb.PeakBytes)} resident");
        }

        foreach (var query in report.Queries)
        {
            output.Say($"{query.Name,-14} p50 {query.P50Ms:0.0} ms, p95 {query.P95Ms:0.0} ms, max {query.MaxMs:0.0} ms of query time ({query.Count} migrations)");
        }
    }

    private static async Task Execute(NpgsqlDataSource source, string sql, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<long> Scalar(NpgsqlDataSource source, string sql, CancellationToken cancel)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Only for its table: the engine's own class is further out.</summary>
    private sealed record SagaTable(Guid CorrelationId);
}

/// <summary>What a bench came to.</summary>
internal sealed record BenchReport(
    int Migrations, long Events, long StoreBytes, double FillSeconds, IReadOnlyList<VerbFigures> Verbs, IReadOnlyList<QueryFigures> Queries);

/// <summary>A verb over the whole log, as a process of its own.</summary>
/// <param name="PeakBytes">The largest resident memory the process had.</param>
internal sealed record VerbFigures(string Verb, double Seconds, double? EventsPerSecond, long PeakBytes);

/// <summary>The queries of a verb about one migration, from the first to the last row.</summary>
internal sealed record QueryFigures(string Name, int Count, double P50Ms, double P95Ms, double MaxMs);
