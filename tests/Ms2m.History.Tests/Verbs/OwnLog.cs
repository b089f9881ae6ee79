using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Streams;
using Ms2m.LogTool;
using Npgsql;

namespace Ms2m.History.Tests.Verbs;

/// <summary>A log of a test's own, which takes histories as they are.</summary>
internal sealed class OwnLog : IAsyncDisposable
{
    // Rows as an engine would have written them: number and time are kept.
    private const string Stream =
        "insert into mt_streams (id, type, version, timestamp, created) values ($1, 'migration', $2, $3, $4)"
        + " on conflict (id) do update set version = $2, timestamp = $3";

    private const string Event =
        "insert into mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type, correlation_id, causation_id, headers)"
        + " values (nextval('mt_events_sequence'), $1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10::jsonb)";

    private const string Writer = "writer";

    private readonly OwnDatabase _database;

    private OwnLog(OwnDatabase database)
    {
        _database = database;
        Log = new LogStore(database.ConnectionString);
    }

    public LogStore Log { get; }

    public string ConnectionString => _database.ConnectionString;

    public static async Task<OwnLog> CreateAsync()
    {
        var own = new OwnLog(await OwnDatabase.CreateAsync());
        await new SchemaInstaller(own.Log.Source, [], []).InstallAsync(default);
        return own;
    }

    public async Task AddAsync(params IEnumerable<RecordedEvent> events)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, ApplicationName = Writer }.ConnectionString);
        await connection.OpenAsync();
        foreach (var one in events)
        {
            await ExecuteAsync(connection, Stream, one.StreamId, one.Version, one.Timestamp, one.Timestamp);
            await ExecuteAsync(
                connection, Event, one.EventId, one.StreamId, one.Version, EventLog.EventJson.Write(one.Data, one.Data.GetType()),
                one.Alias, one.Timestamp, EventTypes.DotnetName(one.Data.GetType()), (object?)one.CorrelationId ?? DBNull.Value,
                (object?)one.CausationId ?? DBNull.Value,
                one.Headers.Count == 0 ? DBNull.Value : EventLog.EventJson.Write(one.Headers, typeof(IReadOnlyDictionary<string, string>)));
        }

        await ExecuteAsync(connection, "select pg_notify('mt_events_appended', '')");
    }

    /// <summary>As a version would have written it that has another name for this event.</summary>
    public async Task RenameAsync(long seqId, string alias)
    {
        await using var connection = await Log.Source.OpenConnectionAsync();
        await ExecuteAsync(connection, "update mt_events set type = $2 where seq_id = $1", seqId, alias);
    }

    /// <summary>As a restart of the store does it to its clients, but for whoever writes.</summary>
    public async Task BreakConnectionsAsync()
    {
        await using var other = NpgsqlDataSource.Create(LabSettings.Value("MS2M_STORE"));
        await using var command = other.CreateCommand("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and application_name <> $2");
        command.Parameters.Add(new NpgsqlParameter { Value = new NpgsqlConnectionStringBuilder(ConnectionString).Database });
        command.Parameters.Add(new NpgsqlParameter { Value = Writer });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Log.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
