using Npgsql;

namespace Ms2m.EventLog;

/// <summary>How the engine connects to PostgreSQL.</summary>
public static class Store
{
    /// <summary>A pool for this database. One per process.</summary>
    public static NpgsqlDataSource Open(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
        {
            // A message owns its connection for as long as its transaction lasts.
            Multiplexing = false,

            // There are some thirty statements in all. From the second use on each is parsed and planned no more.
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,

            // No statement here leaves session state behind, so a connection need not be scrubbed between messages.
            NoResetOnClose = true,

            // The listener only waits. Without a question now and then it would wait on a dead connection for ever.
            KeepAlive = 30,
        });
}
