using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Projections;
using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.MadeUp;
using Ms2m.History.ReadModels;
using Ms2m.History.Verifying;
using Npgsql;

namespace Ms2m.History.Tests.Lab;

/// <summary>A throw-away event log with everything in it that the engine installs.</summary>
public sealed class LogDatabase : IAsyncLifetime
{
    private OwnDatabase? _own;

    public static DateTimeOffset Begin { get; } = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    public NpgsqlDataSource Store { get; private set; } = null!;

    public string ConnectionString => _own!.ConnectionString;

    public EventTypes Types { get; } = MigrationEvents.Register(new EventTypes());

    public ReadStream Streams => new(Store, Types);

    public Projector Projector => new(Store, new ReadAll(Store, Types));

    public VerifyRun Verify => new(new StoredStreams(Store), Types);

    public async Task InitializeAsync()
    {
        _own = await OwnDatabase.CreateAsync();
        Store = Ms2m.EventLog.Store.Open(ConnectionString);
        await new SchemaInstaller(
            Store, [new DocumentTable<Saga, Guid>(saga => saga.CorrelationId, "mt_doc_migrationsaga")], [MigrationRows.Tables])
            .InstallAsync(default);
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    public Task<long> FillAsync(int migrations) =>
        new MadeUpLog(Store, Types).FillAsync(migrations, Begin, TimeSpan.FromMilliseconds(400), null, default);

    /// <summary>Until nothing is left to project.</summary>
    public async Task ProjectAsync(int batch = 100)
    {
        var rows = new MigrationRows(Streams);
        while (await Projector.NextAsync(rows, batch, default) is { Applied: > 0 })
        {
        }
    }

    public async Task<VerifyReport> VerifyAllAsync() => await Verify.AllAsync(null, default);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Store.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Store.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The rows of the read model as text, to compare two of them.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync()
    {
        await using var command = Store.CreateCommand("select r::text from ms2m_migrations r order by id");
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync())
        {
            lines.Add(rows.GetString(0));
        }

        return lines;
    }

    /// <summary>Only for its table: the engine's own class is further out.</summary>
    private sealed record Saga(Guid CorrelationId);
}
