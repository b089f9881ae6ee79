using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Streams;
using Npgsql;

namespace Ms2m.EventLog.Tests.Lab;

/// <summary>A throw-away database with the schema installed; one for each test class.</summary>
public sealed class Database : IAsyncLifetime
{
    private OwnDatabase? _own;

    public static readonly DocumentTable<Note, Guid> Notes = new(note => note.Id);

    public static readonly DocumentTable<Label, string> Labels = new(label => label.Name);

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource Store { get; private set; } = null!;

    public EventTypes Types { get; } = new EventTypes().Add<Opened>("opened").Add<Moved>();

    public AppendEvents Append => new(Types);

    public ReadStream ReadStream => new(Store, Types);

    public ReadAll ReadAll => new(Store, Types);

    public async Task InitializeAsync()
    {
        _own = await OwnDatabase.CreateAsync();
        ConnectionString = _own.ConnectionString;
        Store = EventLog.Store.Open(ConnectionString);
        await new SchemaInstaller(Store, [Notes, Labels], []).InstallAsync(default);
    }

    public async Task DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_own is not null)
        {
            await _own.DisposeAsync();
        }
    }

    public async Task<PgSession> BeginAsync()
    {
        var session = new PgSession(Store);
        await session.BeginAsync(default);
        return session;
    }

    /// <summary>Appends and commits.</summary>
    public async Task AppendAsync(Guid stream, long expectedVersion, params object[] events)
    {
        await using var session = await BeginAsync();
        Append.Defer(session, stream, expectedVersion, ToAppend(events), new EventMetadata(DateTimeOffset.UtcNow));
        await session.CommitAsync(default);
    }

    public static IReadOnlyList<EventToAppend> ToAppend(params object[] events) =>
        [.. events.Select(one => new EventToAppend(one, Guid.NewGuid()))];

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Store.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<IReadOnlyList<string>> LinesAsync(string sql)
    {
        await using var command = Store.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync())
        {
            lines.Add(string.Join(' ', Enumerable.Range(0, rows.FieldCount).Select(column => rows.GetValue(column))));
        }

        return lines;
    }
}

public sealed record Opened(string Name, int Size);

public sealed record Moved(string To);

public sealed record Note(Guid Id, string Text);

public sealed record Label(string Name, string Colour);
