using Npgsql;

namespace Ms2m.Tests.Lab;

/// <summary>An empty database of a test's own on the lab's store. Everything that uses it must be closed before it is.</summary>
internal sealed class OwnDatabase : IAsyncDisposable
{
    private readonly string _name = $"ms2m_test_{Guid.NewGuid():N}";

    private OwnDatabase()
    {
    }

    public string ConnectionString =>
        new NpgsqlConnectionStringBuilder(LabSettings.Value("MS2M_STORE")) { Database = _name }.ConnectionString;

    public static async Task<OwnDatabase> CreateAsync()
    {
        var database = new OwnDatabase();
        await OnServerAsync($"create database {database._name}");
        return database;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Not by force at first: that is refused to this user while the store's own autovacuum is at work in it, which
            // the plain way sends home, as it waits for connections that are just being closed.
            await OnServerAsync($"drop database {_name}");
        }
        catch (PostgresException used) when (used.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            // A test that failed half-way left something open.
            await OnServerAsync($"drop database {_name} with (force)");
        }
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var store = NpgsqlDataSource.Create(LabSettings.Value("MS2M_STORE"));
        await using var command = store.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
