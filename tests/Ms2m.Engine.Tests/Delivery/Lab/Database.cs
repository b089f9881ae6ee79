using Ms2m.Engine.Tests.Whole;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Schema;
using Npgsql;

namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>A throw-away database with the schema installed.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly string _name = $"ms2m_test_{Guid.NewGuid():N}";

    private Database()
    {
        ConnectionString = new NpgsqlConnectionStringBuilder(LabEnvironment.Value("MS2M_STORE")) { Database = _name }.ConnectionString;
        Store = EventLog.Store.Open(ConnectionString);
    }

    public string ConnectionString { get; }

    public NpgsqlDataSource Store { get; }

    public static async Task<Database> CreateAsync(params DocumentTable[] documents)
    {
        var database = new Database();
        await OnServerAsync($"create database {database._name}");
        await new SchemaInstaller(database.Store, documents).InstallAsync(default);
        return database;
    }

    public async Task<long> CountAsync(string from)
    {
        await using var command = Store.CreateCommand($"select count(*) from {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await OnServerAsync($"drop database if exists {_name} with (force)");
    }

    private static async Task OnServerAsync(string sql)
    {
        await using var store = NpgsqlDataSource.Create(LabEnvironment.Value("MS2M_STORE"));
        await using var command = store.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
