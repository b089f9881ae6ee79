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

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
