using System.Text.RegularExpressions;

namespace Ms2m.EventLog.Documents;

/// <summary>A table of JSON documents as Marten lays one out. Declared tables are made by the schema installer.</summary>
public abstract partial class DocumentTable
{
    private protected DocumentTable(string name, string idType)
    {
        // The name becomes part of statements.
        if (!Identifier().IsMatch(name))
        {
            throw new ArgumentException($"'{name}' is no table name: a letter, then letters, digits, _.", nameof(name));
        }

        Name = name;
        CreateSql = $"""
            create table if not exists {name} (
              id {idType} not null constraint pkey_{name}_id primary key,
              data jsonb not null,
              mt_last_modified timestamptz default transaction_timestamp(),
              mt_version uuid not null default (md5(random()::text || clock_timestamp()::text))::uuid,
              mt_dotnet_type varchar
            )
            """;
    }

    public string Name { get; }

    internal string CreateSql { get; }

    [GeneratedRegex(@"\A[a-z][a-z0-9_]{0,50}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Identifier();
}

/// <summary>The documents of one type, by an id that is a <see cref="Guid"/> or a <see cref="string"/>.</summary>
public sealed class DocumentTable<TDocument, TId> : DocumentTable
    where TDocument : class
    where TId : notnull
{
    /// <param name="idOf">Where the id is in the document.</param>
    /// <param name="name">Absent: Marten's name, <c>mt_doc_</c> and the class name in lower case.</param>
    public DocumentTable(Func<TDocument, TId> idOf, string? name = null)
        : base(name ?? $"mt_doc_{typeof(TDocument).Name.ToLowerInvariant()}", SqlTypeOfId())
    {
        IdOf = idOf;
    }

    public Func<TDocument, TId> IdOf { get; }

    internal static string Write(TDocument document) => EventJson.Write(document, typeof(TDocument));

    internal static TDocument Read(string json) => (TDocument)EventJson.Read(json, typeof(TDocument));

    private static string SqlTypeOfId() =>
        typeof(TId) == typeof(Guid) ? "uuid"
        : typeof(TId) == typeof(string) ? "varchar"
        : throw new NotSupportedException($"Documents have a Guid or a string as id, not {typeof(TId)}.");
}

/// <summary>A document and the version under which it was read.</summary>
public sealed record StoredDocument<TDocument>(TDocument Value, Guid Version)
    where TDocument : class;
