using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Tests.Lab;

namespace Ms2m.EventLog.Tests;

public sealed class SchemaTests(Database database) : IClassFixture<Database>
{
    private const string Columns =
        "select 'column', table_name, column_name, data_type, coalesce(character_maximum_length::text, '-'),"
        + " is_nullable, coalesce(column_default, '-')"
        + " from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position";

    private const string Constraints =
        "select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        + " where connamespace = 'public'::regnamespace order by conrelid::regclass::text collate \"C\", conname";

    private const string Indexes =
        "select 'index', indexdef from pg_indexes where schemaname = 'public' order by indexname";

    private const string Sequences =
        "select 'sequence', s.sequencename, s.data_type::text, s.start_value, s.increment_by, s.cache_size,"
        + " pg_get_serial_sequence('mt_events', 'seq_id') from pg_sequences s where schemaname = 'public'";

    // Marten finds its tables by these names. To accept an intended change: copy the text from the failure.
    [Fact]
    public async Task the_layout_is_the_golden_one()
    {
        var lines = new List<string>();
        foreach (var query in new[] { Columns, Constraints, Indexes, Sequences })
        {
            lines.AddRange(await database.LinesAsync(query));
        }

        var golden = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Golden", "schema.txt"));
        var actual = string.Join('\n', lines) + '\n';
        Assert.True(golden == actual, $"The schema is not the golden one any more. It is now:\n{actual}");
    }

    [Fact]
    public async Task several_engines_may_install_at_once()
    {
        await using var own = await OwnDatabase.CreateAsync();
        await using var empty = Store.Open(own.ConnectionString);
        var installer = new SchemaInstaller(empty, [Database.Notes], []);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => installer.InstallAsync(default)));
        await installer.InstallAsync(default);
        await using var versions = empty.CreateCommand("select count(*) from ms2m_schema");
        Assert.Equal(6L, await versions.ExecuteScalarAsync());
    }
}
