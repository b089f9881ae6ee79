using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ms2m.Contracts;
using Npgsql;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>What a real migration writes, column by column, against the rules by which Marten 7, 8 and 9 read it. The rules are
/// written here anew, from Marten's side; docs/marten.md says how to open the log with it.</summary>
public sealed partial class MartenLayout(EngineFixture fixture) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    private static readonly JsonSerializerOptions _martens = new();

    private readonly Guid _id = Guid.CreateVersion7();
    private readonly List<Dictionary<string, object?>> _events = [];
    private Dictionary<string, object?> _stream = [];
    private NpgsqlDataSource _store = null!;

    public async Task InitializeAsync()
    {
        await using var cluster = await ScriptedCluster.StartAsync(fixture.Options.Broker, $"marten-{_id:N}"[..20]);
        await using var engine = await fixture.StartEngineAsync();
        await WholeMigrations.StartAsync(engine, cluster, _id);
        await WholeMigrations.EndOfAsync(engine, _id);
        _store = NpgsqlDataSource.Create(fixture.Store);
        _stream = (await RowsAsync($"select * from mt_streams where id = '{_id}'")).Single();
        _events.AddRange(await RowsAsync($"select * from mt_events where stream_id = '{_id}' order by seq_id"));
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public void the_streams_row_is_as_marten_keeps_it()
    {
        Assert.Equal(
            ["created", "id", "is_archived", "snapshot", "snapshot_version", "tenant_id", "timestamp", "type", "version"],
            _stream.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("migration", _stream["type"]);
        Assert.Equal((long)_events.Count, _stream["version"]);
        Assert.Equal("*DEFAULT*", _stream["tenant_id"]);
        Assert.Equal(false, _stream["is_archived"]);
        Assert.Null(_stream["snapshot"]);
        Assert.Null(_stream["snapshot_version"]);
        Assert.Equal(_events[0]["timestamp"], _stream["created"]);
        Assert.Equal(_events[^1]["timestamp"], _stream["timestamp"]);
    }

    // Marten reads a stream in the order of seq_id, and takes that for the order of versions.
    [Fact]
    public void versions_count_from_one_without_a_hole_in_the_order_of_the_sequence() =>
        Assert.Equal(Enumerable.Range(1, _events.Count).Select(i => (long)i), _events.Select(one => (long)one["version"]!));

    [Fact]
    public async Task numbers_come_from_the_sequence()
    {
        var drawn = (long)(await RowsAsync("select last_value from mt_events_sequence")).Single()["last_value"]!;

        Assert.All(_events, one => Assert.InRange((long)one["seq_id"]!, 1, drawn));
    }

    [Fact]
    public void what_marten_filters_by_is_never_null() => Assert.All(_events, one =>
    {
        Assert.Equal("*DEFAULT*", one["tenant_id"]);
        Assert.Equal(false, one["is_archived"]);
        Assert.Null(one["bdata"]);
    });

    [Fact]
    public void each_event_has_an_id_and_the_time_at_which_it_happened_not_that_of_the_tables_making()
    {
        Assert.Equal(_events.Count, _events.Select(one => one["id"]).Distinct().Count());
        Assert.All(_events, one => Assert.InRange(
            (DateTime)one["timestamp"]!, DateTime.UtcNow - TimeSpan.FromMinutes(1), DateTime.UtcNow + TimeSpan.FromSeconds(1)));
        Assert.True(_events.Select(one => one["timestamp"]).Distinct().Count() > 5);
    }

    [Fact]
    public void types_are_named_as_marten_names_them_with_their_schema_version_after_it() => Assert.All(_events, one =>
        Assert.Matches($"^{MartenAlias(TypeOf(one).Name)}(_v[2-9])?$", (string)one["type"]!));

    [Fact]
    public void the_dotnet_type_is_found_by_its_name() => Assert.All(_events, one =>
    {
        Assert.DoesNotContain("Version=", (string)one["mt_dotnet_type"]!, StringComparison.Ordinal);
        Assert.True(TypeOf(one).IsAssignableTo(typeof(IMigrationMessage)));
    });

    // Marten's serializer matches names by case: any other casing would be read as empty, without an error.
    [Fact]
    public void the_body_is_read_by_a_serializer_with_martens_defaults_and_nothing_is_lost() => Assert.All(_events, one =>
    {
        var (json, type) = ((string)one["data"]!, TypeOf(one));

        var read = JsonSerializer.Deserialize(json, type, _martens)!;

        using var document = JsonDocument.Parse(json);
        Assert.Equal(
            type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name).Order(StringComparer.Ordinal),
            document.RootElement.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal(_id, ((IMigrationMessage)read).MigrationId);
        using var again = JsonDocument.Parse(JsonSerializer.Serialize(read, type, _martens));
        Assert.True(JsonElement.DeepEquals(document.RootElement, again.RootElement), json);
    });

    [Fact]
    public void metadata_columns_hold_text_and_headers_are_an_object_of_texts() => Assert.All(_events, one =>
    {
        Assert.NotEmpty((string)one["correlation_id"]!);
        Assert.NotEmpty((string)one["causation_id"]!);
        Assert.NotEmpty(JsonSerializer.Deserialize<Dictionary<string, string>>((string)one["headers"]!)!);
    });

    [Fact]
    public async Task columns_have_the_types_that_marten_asks_for()
    {
        var columns = await RowsAsync(
            "select table_name || '.' || column_name as name, data_type, is_nullable from information_schema.columns"
            + " where table_name in ('mt_streams', 'mt_events', 'mt_event_progression', 'mt_doc_migrationsaga')");

        Assert.Subset(
            columns.Select(one => $"{one["name"]} {one["data_type"]} {one["is_nullable"]}").ToHashSet(),
            """
            mt_streams.id uuid NO
            mt_streams.type character varying YES
            mt_streams.version bigint YES
            mt_streams.timestamp timestamp with time zone NO
            mt_streams.created timestamp with time zone NO
            mt_streams.tenant_id character varying YES
            mt_streams.is_archived boolean YES
            mt_events.seq_id bigint NO
            mt_events.id uuid NO
            mt_events.stream_id uuid YES
            mt_events.version bigint NO
            mt_events.data jsonb NO
            mt_events.bdata bytea YES
            mt_events.type character varying NO
            mt_events.timestamp timestamp with time zone NO
            mt_events.tenant_id character varying YES
            mt_events.mt_dotnet_type character varying YES
            mt_events.correlation_id character varying YES
            mt_events.causation_id character varying YES
            mt_events.headers jsonb YES
            mt_events.is_archived boolean YES
            mt_event_progression.name character varying NO
            mt_event_progression.last_seq_id bigint YES
            mt_doc_migrationsaga.id uuid NO
            mt_doc_migrationsaga.data jsonb NO
            mt_doc_migrationsaga.mt_version uuid NO
            mt_doc_migrationsaga.mt_dotnet_type character varying YES
            mt_doc_migrationsaga.mt_last_modified timestamp with time zone YES
            """.Split('\n').ToHashSet());
    }

    [Fact]
    public async Task the_saga_is_a_document_of_martens_form()
    {
        var saga = (await RowsAsync($"select * from mt_doc_migrationsaga where id = '{_id}'")).Single();
        using var data = JsonDocument.Parse((string)saga["data"]!);

        Assert.Equal(_id, data.RootElement.GetProperty("CorrelationId").GetGuid());
        Assert.NotEqual(Guid.Empty, (Guid)saga["mt_version"]!);
        Assert.Equal("Ms2m.Engine.Saga.MigrationSaga", saga["mt_dotnet_type"]);
    }

    [Fact]
    public async Task our_progress_bears_no_name_of_a_shard_of_martens() => Assert.All(
        await RowsAsync("select name from mt_event_progression"),
        row => Assert.StartsWith("ms2m:", (string)row["name"]!, StringComparison.Ordinal));

    private static Type TypeOf(Dictionary<string, object?> row) =>
        Type.GetType((string)row["mt_dotnet_type"]!) ?? throw new InvalidOperationException($"No type {row["mt_dotnet_type"]}.");

    // MigrationStarted: migration_started.
    private static string MartenAlias(string name) => Humps().Replace(name, "_$1").TrimStart('_').ToLowerInvariant();

    private async Task<List<Dictionary<string, object?>>> RowsAsync(string sql)
    {
        await using var command = _store.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var list = new List<Dictionary<string, object?>>();
        while (await rows.ReadAsync())
        {
            list.Add(Enumerable.Range(0, rows.FieldCount).ToDictionary(
                rows.GetName, column => rows.IsDBNull(column) ? null : rows.GetValue(column), StringComparer.Ordinal));
        }

        return list;
    }

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Humps();
}
