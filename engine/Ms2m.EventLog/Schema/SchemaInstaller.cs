using System.Globalization;
using Ms2m.EventLog.Documents;
using Npgsql;

namespace Ms2m.EventLog.Schema;

/// <summary>Brings a database to the layout this version needs. Safe to run at every start and from several engines at
/// once: the scripts run in one transaction, behind one lock, and each of them once.</summary>
public sealed class SchemaInstaller(NpgsqlDataSource store, IEnumerable<DocumentTable> documents, IEnumerable<TableScript> tables)
{
    // Any number will do, as long as nothing else in this database locks on it.
    private const long InstallLock = 0x4d53_324d_0001;

    private const string Versions =
        "create table if not exists ms2m_schema ("
        + "version integer not null primary key, name varchar not null, applied_at timestamptz not null default now())";

    /// <exception cref="NpgsqlException">The database cannot be reached, or the user may not create tables.</exception>
    public async Task InstallAsync(CancellationToken token)
    {
        await using var connection = await store.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        await ExecuteAsync($"select pg_advisory_xact_lock({InstallLock})");
        await ExecuteAsync(Versions);
        var installed = (int)(await ScalarAsync("select coalesce(max(version), 0) from ms2m_schema"))!;
        foreach (var script in Scripts().Where(script => script.Version > installed))
        {
            await ExecuteAsync(script.Sql);
            await ExecuteAsync("insert into ms2m_schema (version, name) values ($1, $2)", script.Version, script.Name);
        }

        foreach (var document in documents)
        {
            await ExecuteAsync(document.CreateSql);
        }

        foreach (var table in tables)
        {
            await ExecuteAsync(table.Sql);
        }

        await transaction.CommitAsync(token);

        async Task ExecuteAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            }

            await command.ExecuteNonQueryAsync(token);
        }

        async Task<object?> ScalarAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            return await command.ExecuteScalarAsync(token);
        }
    }

    private static IEnumerable<(int Version, string Name, string Sql)> Scripts()
    {
        var assembly = typeof(SchemaInstaller).Assembly;
        const string prefix = "Ms2m.EventLog.Schema.";
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                var file = name[prefix.Length..];
                return (int.Parse(file.AsSpan(0, 3), CultureInfo.InvariantCulture), file, reader.ReadToEnd());
            });
    }
}
