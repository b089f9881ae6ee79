using System.Text;
using Ms2m.EventLog;
using Ms2m.Migrations.Views;
using Npgsql;

namespace Ms2m.History.ReadModels;

/// <summary>Which migrations; what is absent asks for nothing.</summary>
/// <param name="Active">True: only those under way; false: only those that have ended.</param>
/// <param name="Since">Requested then or later.</param>
/// <param name="Until">Requested before.</param>
public sealed record MigrationFilter(
    string? Workload = null,
    bool? Active = null,
    string? Strategy = null,
    DateTimeOffset? Since = null,
    DateTimeOffset? Until = null)
{
    /// <summary>As a condition over ms2m_migrations, with its parameters.</summary>
    internal string Where(NpgsqlParameterCollection parameters)
    {
        var where = new StringBuilder("true");
        Add("workload =", Workload);
        Add("strategy =", Strategy);
        Add("requested_at >=", Since?.UtcDateTime);
        Add("requested_at <", Until?.UtcDateTime);
        if (Active is { } active)
        {
            where.Append(active ? " and not finished" : " and finished");
        }

        return where.ToString();

        void Add(string condition, object? value)
        {
            if (value is not null)
            {
                parameters.Add(new NpgsqlParameter { Value = value });
                where.Append(" and ").Append(condition).Append(" $").Append(parameters.Count);
            }
        }
    }
}

/// <summary>Reads the read model.</summary>
public sealed class MigrationTable(NpgsqlDataSource store)
{
    /// <summary>Newest first. Of one that is under way as of its last event.</summary>
    public Task<IReadOnlyList<MigrationView>> NewestAsync(MigrationFilter filter, int limit, CancellationToken token) =>
        ReadAsync(filter, "true", limit, token);

    /// <summary>The newest completed ones of a kind, to compare one of it with.</summary>
    public Task<IReadOnlyList<MigrationView>> CompletedAsync(
        string? workload, string strategy, int limit, CancellationToken token) => ReadAsync(
            new MigrationFilter(workload, Active: false, strategy), "phase = 'Completed' and not failed_over", limit, token);

    private async Task<IReadOnlyList<MigrationView>> ReadAsync(
        MigrationFilter filter, string condition, int limit, CancellationToken token)
    {
        await using var command = store.CreateCommand();
        var where = filter.Where(command.Parameters);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        command.CommandText = $"select view from ms2m_migrations where {where} and {condition}"
            + $" order by requested_at desc limit ${command.Parameters.Count}";
        var views = new List<MigrationView>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            views.Add((MigrationView)EventJson.Read(rows.GetString(0), typeof(MigrationView)));
        }

        return views;
    }
}
