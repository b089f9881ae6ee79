using Npgsql;

namespace Ms2m.EventLog.Documents;

/// <summary>Writes documents, by the primary key. Deferred writes show a conflict at the commit.</summary>
public static class StoreDocument
{
    private const string Columns = "(id, data, mt_version, mt_dotnet_type)";

    /// <summary>At once.</summary>
    /// <returns>Whether it is new; false leaves the existing document as it is.</returns>
    public static async Task<bool> InsertAsync<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, PgSession session, TDocument document, CancellationToken token)
        where TDocument : class
        where TId : notnull
    {
        await using var command = session.Command(InsertSql(table), Parameters(table, document));
        return await command.ExecuteNonQueryAsync(token) == 1;
    }

    /// <summary>With the commit, which throws <see cref="DocumentConflictException"/> when the id is taken.</summary>
    public static void DeferInsert<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, PgSession session, TDocument document)
        where TDocument : class
        where TId : notnull =>
        session.Defer(DeferredWrite.Of(InsertSql(table), Parameters(table, document), MustTouchOne(table, document)));

    /// <summary>With the commit, which throws <see cref="DocumentConflictException"/> when the document is no longer at
    /// <paramref name="version"/>.</summary>
    public static void DeferUpdate<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, PgSession session, TDocument document, Guid version)
        where TDocument : class
        where TId : notnull =>
        session.Defer(DeferredWrite.Of(
            $"update {table.Name} set data = $2, mt_version = $3, mt_dotnet_type = $4,"
            + " mt_last_modified = transaction_timestamp() where id = $1 and mt_version = $5",
            [.. Parameters(table, document), Parameter.Uuid(version)],
            MustTouchOne(table, document)));

    /// <summary>With the commit: whatever is there is replaced.</summary>
    public static void DeferUpsert<TDocument, TId>(
        this DocumentTable<TDocument, TId> table, PgSession session, TDocument document)
        where TDocument : class
        where TId : notnull =>
        session.Defer(DeferredWrite.Of(
            $"insert into {table.Name} {Columns} values ($1, $2, $3, $4) on conflict (id) do update set"
            + " data = excluded.data, mt_version = excluded.mt_version, mt_dotnet_type = excluded.mt_dotnet_type,"
            + " mt_last_modified = transaction_timestamp()",
            Parameters(table, document)));

    /// <summary>With the commit. A document that is not there is no conflict.</summary>
    public static void DeferDelete<TDocument, TId>(this DocumentTable<TDocument, TId> table, PgSession session, TId id)
        where TDocument : class
        where TId : notnull =>
        session.Defer(DeferredWrite.Of(
            $"delete from {table.Name} where id = $1", [new NpgsqlParameter<TId> { TypedValue = id }]));

    private static string InsertSql(DocumentTable table) =>
        $"insert into {table.Name} {Columns} values ($1, $2, $3, $4) on conflict (id) do nothing";

    private static NpgsqlParameter[] Parameters<TDocument, TId>(
        DocumentTable<TDocument, TId> table, TDocument document)
        where TDocument : class
        where TId : notnull =>
        [
            new NpgsqlParameter<TId> { TypedValue = table.IdOf(document) },
            Parameter.Jsonb(DocumentTable<TDocument, TId>.Write(document)),
            Parameter.Uuid(Guid.CreateVersion7()),
            Parameter.Text(typeof(TDocument).FullName),
        ];

    private static Action<ulong> MustTouchOne<TDocument, TId>(
        DocumentTable<TDocument, TId> table, TDocument document)
        where TDocument : class
        where TId : notnull
    {
        var id = table.IdOf(document);
        return rows =>
        {
            if (rows != 1)
            {
                throw new DocumentConflictException(table.Name, id);
            }
        };
    }
}
