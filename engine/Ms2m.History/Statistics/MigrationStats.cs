using Ms2m.History.ReadModels;
using Npgsql;

namespace Ms2m.History.Statistics;

/// <summary>Computes statistics in the store, from the read model: what comes over is a few lines, however many
/// migrations there were.</summary>
public sealed class MigrationStats(NpgsqlDataSource store)
{
    private const string Completed = "phase = 'Completed'";

    private static readonly (string Name, string Column)[] _measures =
    [
        ("total", "total_ms"), ("interruption", "interruption_ms"), ("waited", "waited_ms"), ("frozen", "frozen_ms"),
        ("checkpoint-bytes", "checkpoint_bytes"), ("replayed-messages", "replayed"),
    ];

    public async Task<StatsReport> ReadAsync(MigrationFilter filter, CancellationToken token)
    {
        var (count, first, last) = (0L, default(DateTimeOffset?), default(DateTimeOffset?));
        await EachAsync(filter, "select count(*), min(requested_at), max(requested_at) from ms2m_migrations where {0}", row =>
        {
            count = row.GetInt64(0);
            first = row.IsDBNull(1) ? null : row.GetFieldValue<DateTimeOffset>(1);
            last = row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2);
        }, token);
        return new StatsReport(
            count,
            first,
            last,
            await ListAsync(filter, "select phase, count(*) from ms2m_migrations where {0} group by 1 order by 2 desc, 1", Count, token),
            await ListAsync(
                filter,
                "select reason, count(*) from ms2m_migrations where {0} and reason is not null group by 1 order by 2 desc, 1 limit 30",
                Count,
                token),
            await ListAsync(filter, MeasuresSql(), SpreadOf, token),
            await ListAsync(filter, PartsSql("Phases"), SpreadOf, token),
            await ListAsync(filter, PartsSql("Steps"), SpreadOf, token),
            await ListAsync(
                filter,
                $"""
                select workload, strategy, source_node, target_node, count(*), count(*) filter (where {Completed}),
                  percentile_cont(0.5) within group (order by total_ms) filter (where {Completed}),
                  percentile_cont(0.95) within group (order by total_ms) filter (where {Completed}),
                  percentile_cont(0.5) within group (order by interruption_ms) filter (where {Completed}),
                  percentile_cont(0.95) within group (order by interruption_ms) filter (where {Completed})
                from ms2m_migrations where {"{0}"} and strategy is not null group by 1, 2, 3, 4 order by 5 desc, 1, 2, 3, 4 limit 100
                """,
                Kind,
                token));
    }

    private static string MeasuresSql() =>
        $"select name, {SpreadSql("value")} from ms2m_migrations cross join lateral (values "
        + string.Join(", ", _measures.Select((one, place) => $"({place}, '{one.Name}', {one.Column}::double precision)"))
        + $") as m(place, name, value) where {{0}} and {Completed} and value is not null group by place, name order by place";

    private static string PartsSql(string list) =>
        $"select part->>'Name', {SpreadSql("(part->>'Ms')::double precision")}"
        + $" from ms2m_migrations cross join lateral jsonb_array_elements(view->'{list}') with ordinality as p(part, place)"
        + $" where {{0}} and {Completed} group by 1 order by avg(place), 1";

    private static string SpreadSql(string value) =>
        $"count(*), avg({value}), percentile_cont(array[0.5, 0.9, 0.95, 0.99]) within group (order by {value}), max({value})";

    private static Counted Count(NpgsqlDataReader row) => new(row.GetString(0), row.GetInt64(1));

    private static Spread SpreadOf(NpgsqlDataReader row)
    {
        var percentiles = row.GetFieldValue<double[]>(3);
        return new Spread(
            row.GetString(0), row.GetInt64(1), row.GetDouble(2), percentiles[0], percentiles[1], percentiles[2], percentiles[3],
            row.GetDouble(4));
    }

    private static KindStats Kind(NpgsqlDataReader row) => new(
        Text(row, 0), Text(row, 1), Text(row, 2), Text(row, 3), row.GetInt64(4), row.GetInt64(5),
        Number(row, 6), Number(row, 7), Number(row, 8), Number(row, 9));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static double? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    private async Task<List<T>> ListAsync<T>(
        MigrationFilter filter, string sql, Func<NpgsqlDataReader, T> read, CancellationToken token)
    {
        var list = new List<T>();
        await EachAsync(filter, sql, row => list.Add(read(row)), token);
        return list;
    }

    // {0} is where the filter goes; sql itself is ours.
    private async Task EachAsync(
        MigrationFilter filter, string sql, Action<NpgsqlDataReader> each, CancellationToken token)
    {
        await using var command = store.CreateCommand();
        command.CommandText = sql.Replace("{0}", filter.Where(command.Parameters), StringComparison.Ordinal);
        command.CommandTimeout = 300;
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            each(rows);
        }
    }
}
