using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ms2m.Contracts;
using Ms2m.Migrations;

namespace Ms2m.Engine.Ingress;

/// <summary>Reads requests that strangers wrote. Total: every input is a request or a failure that says what is wrong
/// with it; nothing is guessed and no field is ignored.</summary>
public static class RequestReader
{
    /// <summary>A request is a few hundred bytes; more is a mistake or an attack.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions _strict = new(ContractJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        MaxDepth = 8,
    };

    /// <param name="body">A JSON object as in README.md.</param>
    /// <param name="idWhenAbsent">Names the migration where the client does not.</param>
    public static Read<StartMigration> Start(ReadOnlySpan<byte> body, Guid idWhenAbsent)
    {
        var read = Parse<StartBody>(body);
        if (read.Value is not { } start)
        {
            return new(null, read.Problem);
        }

        if (start.Workload is null || start.TargetNode is null)
        {
            var missing = start.Workload is null ? "workload" : "targetNode";
            return new(null, Failures.UnreadableRequest($"the field \"{missing}\" is missing."));
        }

        if (start.MigrationId == Guid.Empty)
        {
            return new(null, Failures.UnreadableRequest("the field \"migrationId\" is the empty id."));
        }

        return new(new StartMigration(
            start.MigrationId ?? idWhenAbsent, Clean(start.Workload), Clean(start.TargetNode),
            Clean(start.Strategy ?? StrategyChoice.Auto), start.Policy, start.RequestedBy is { } by ? Clean(by) : null,
            start.Priority ?? 0)
        {
            Transfer = start.Transfer,
            PostCopy = start.PostCopy ?? false,
        }, null);
    }

    /// <param name="body">A JSON object with <c>migrationId</c> and, if one likes, <c>requestedBy</c>.</param>
    public static Read<CancelMigration> Cancel(ReadOnlySpan<byte> body)
    {
        var read = Parse<CancelBody>(body);
        return read.Value switch
        {
            null => new(null, read.Problem),
            { MigrationId: null } => new(null, Failures.UnreadableRequest("the field \"migrationId\" is missing.")),
            { MigrationId: { } id, RequestedBy: null } => new(new CancelMigration(id), null),
            { MigrationId: { } id, RequestedBy: { } by } => new(new CancelMigration(id, Clean(by)), null),
        };
    }

    /// <summary>The beginning of a body as text, for the record.</summary>
    public static string Excerpt(ReadOnlySpan<byte> body) =>
        Clean(Encoding.UTF8.GetString(body[..Math.Min(body.Length, 2000)]));

    // What is refused is recorded all the same, and PostgreSQL's JSON holds neither NUL nor half a surrogate pair.
    private static string Clean(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');

    private static Read<T> Parse<T>(ReadOnlySpan<byte> body)
        where T : class
    {
        if (body.Length > MaxBytes)
        {
            return new(null, Failures.UnreadableRequest($"it has {body.Length} bytes; {MaxBytes} are allowed."));
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body, _strict) is { } value
                ? new(value, null)
                : new(null, Failures.UnreadableRequest("it is null."));
        }
        catch (JsonException bad)
        {
            return new(null, Failures.UnreadableRequest(Explain(bad)));
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair.
            return new(null, Failures.UnreadableRequest("a text in it is not valid Unicode."));
        }
    }

    // The library's message names internal types after the first sentence.
    private static string Explain(JsonException bad)
    {
        var where = bad.Path is { Length: > 1 } path ? $" at {path}" : "";
        var line = bad.LineNumber is { } number ? $" (line {number + 1}, byte {bad.BytePositionInLine + 1})" : "";
        var what = bad.Message.Contains("could not be mapped to any .NET member", StringComparison.Ordinal)
            ? "it has a field that is not known"
            : bad.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
                ? "a value has the wrong type or is not one of the allowed words"
                : "it is not well-formed JSON, or has a field twice";
        return $"{what}{where}{line}.";
    }

    private sealed record CancelBody(Guid? MigrationId, string? RequestedBy);
}

/// <summary>The body of a request to start, as README.md has it.</summary>
internal sealed record StartBody(
    Guid? MigrationId, string? Workload, string? TargetNode, string? Strategy, CutoverPolicy? Policy, string? RequestedBy,
    int? Priority, TransferOptions? Transfer = null, bool? PostCopy = null);

/// <summary>A request, or what is wrong with it; never both, never neither.</summary>
public sealed record Read<T>(T? Value, Failure? Problem)
    where T : class;
