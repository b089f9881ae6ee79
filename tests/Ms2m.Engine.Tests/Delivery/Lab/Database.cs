using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Schema;
using Npgsql;

namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>A throw-away database with the schema installed.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly OwnDatabase _own;

    private Database(OwnDatabase own)
    {
        _own = own;
        Store = EventLog.Store.Open(ConnectionString);
    }

    public string ConnectionString => _own.ConnectionString;

    public NpgsqlDataSource Store { get; }

    public static async Task<Database> CreateAsync(params DocumentTable[] documents)
    {
        var database = new Database(await OwnDatabase.CreateAsync());
        await new SchemaInstaller(database.Store, documents, []).InstallAsync(default);
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
        await _own.DisposeAsync();
    }
}
