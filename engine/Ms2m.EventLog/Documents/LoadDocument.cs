using Npgsql;

namespace Ms2m.EventLog.Documents;

/// <summary>Reads documents. All of them by the primary key, or the whole table.</summary>
public static class LoadDocument
{
    /// <summary>Locks the row until the transaction ends, so that messages about one document take turns.</summary>
    public static async Task<StoredDocument<TDocument>?> LoadForUpdateAsync<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, PgSession session, TId id, CancellationToken token)
        where TDocument : class
        where TId : notnull
    {
        await using var command = session.Command(
            $"select data, mt_version from {table.Name} where id = $1 for update",
            new NpgsqlParameter<TId> { TypedValue = id });
        return await FirstAsync<TDocument, TId>(command, token);
    }

    /// <summary>What is committed, without a lock.</summary>
    public static async Task<StoredDocument<TDocument>?> LoadAsync<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, NpgsqlDataSource store, TId id, CancellationToken token)
        where TDocument : class
        where TId : notnull
    {
        await using var command = store.CreateCommand($"select data, mt_version from {table.Name} where id = $1");
        command.Parameters.Add(new NpgsqlParameter<TId> { TypedValue = id });
        return await FirstAsync<TDocument, TId>(command, token);
    }

    /// <summary>Every document, by id. For tables that stay small.</summary>
    public static async Task<IReadOnlyList<TDocument>> LoadAllAsync<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, NpgsqlDataSource store, CancellationToken token)
        where TDocument : class
        where TId : notnull
    {
        await using var command = store.CreateCommand($"select data from {table.Name} order by id");
        await using var rows = await command.ExecuteReaderAsync(token);
        var documents = new List<TDocument>();
        while (await rows.ReadAsync(token))
        {
            documents.Add(DocumentTable<TDocument, TId>.Read(rows.GetString(0)));
        }

        return documents;
    }

    /// <summary>The documents changed last, and those of the given ids, each with the time of its last change.</summary>
    public static async Task<IReadOnlyList<(TDocument Value, DateTimeOffset Modified)>> LoadNewestAsync<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, NpgsqlDataSource store, int newest, TId[] ids, CancellationToken token)
        where TDocument : class
        where TId : notnull
    {
        await using var command = store.CreateCommand($"""
            select data, mt_last_modified from {table.Name}
            where id = any($2) or id in (select id from {table.Name} order by mt_last_modified desc limit $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = newest });
        command.Parameters.Add(new NpgsqlParameter<TId[]> { TypedValue = ids });
        await using var rows = await command.ExecuteReaderAsync(token);
        var documents = new List<(TDocument, DateTimeOffset)>();
        while (await rows.ReadAsync(token))
        {
            documents.Add((DocumentTable<TDocument, TId>.Read(rows.GetString(0)), rows.GetFieldValue<DateTimeOffset>(1)));
        }

        return documents;
    }

    private static async Task<StoredDocument<TDocument>?> FirstAsync<TDocument, TId>(
        NpgsqlCommand command, CancellationToken token)
        where TDocument : class
        where TId : notnull
    {
        await using var rows = await command.ExecuteReaderAsync(token);
        return await rows.ReadAsync(token)
            ? new StoredDocument<TDocument>(DocumentTable<TDocument, TId>.Read(rows.GetString(0)), rows.GetGuid(1))
            : null;
    }
}
