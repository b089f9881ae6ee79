using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Npgsql;

namespace Ms2m.LogTool;

/// <summary>The store of one run of the tool.</summary>
internal sealed class LogStore : IAsyncDisposable
{
    /// <summary>Names the store where --store does not.</summary>
    public const string Variable = "MS2M_STORE_READER";

    /// <summary>As <see cref="Variable"/>, for the verbs that write.</summary>
    public const string WriterVariable = "MS2M_STORE_WRITER";

    /// <summary>Whoever may create databases: for measuring.</summary>
    public const string OwnerVariable = "MS2M_STORE";

    public LogStore(string connectionString)
    {
        ConnectionString = connectionString;
        Source = Store.Open(connectionString);
        Types = MigrationEvents.Register(new EventTypes());
        Streams = new ReadStream(Source, Types);
        All = new ReadAll(Source, Types);
    }

    /// <summary>Holds a password.</summary>
    public string ConnectionString { get; }

    public NpgsqlDataSource Source { get; }

    public EventTypes Types { get; }

    public ReadStream Streams { get; }

    public ReadAll All { get; }

    /// <summary>The migrations that a query selects.</summary>
    public async Task<List<Guid>> IdsAsync(string sql, CancellationToken cancel, params NpgsqlParameter[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var ids = new List<Guid>();
        while (await rows.ReadAsync(cancel))
        {
            ids.Add(rows.GetGuid(0));
        }

        return ids;
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
