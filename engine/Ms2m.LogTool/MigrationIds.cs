using System.CommandLine;
using Npgsql;

namespace Ms2m.LogTool;

/// <summary>A migration by its id or the beginning of it.</summary>
internal static class MigrationIds
{
    public static Argument<string> Argument => new("id") { Description = "Id of the migration, or its beginning; 'last' for the newest" };

    public static async Task<Guid> Find(LogCall call, string text)
    {
        if (Guid.TryParse(text, out var id))
        {
            return id;
        }

        if (text != "last" && (text.Length is 0 or > 36 || text.Any(letter => !char.IsAsciiHexDigit(letter) && letter != '-')))
        {
            throw new LogRefusedException(LogFailures.NotAnId(text), ExitCodes.Usage);
        }

        var found = text == "last" ? await Newest(call) : await Beginning(call, text.ToLowerInvariant());
        return found switch
        {
            [] => throw new LogRefusedException(LogFailures.NoSuchMigration(text), ExitCodes.Failed),
            [var one] => one,
            _ => throw new LogRefusedException(LogFailures.AmbiguousId(text, found), ExitCodes.Usage),
        };
    }

    private static Task<List<Guid>> Newest(LogCall call) => call.Store.IdsAsync(
        "select id from mt_streams where type = 'migration' order by created desc limit 1", call.Cancel);

    // Between the smallest and the greatest id with this beginning: the primary key finds them.
    private static Task<List<Guid>> Beginning(LogCall call, string text)
    {
        var digits = text.Replace("-", "", StringComparison.Ordinal);
        return call.Store.IdsAsync(
            "select id from mt_streams where id between $1 and $2 and type = 'migration' limit 5",
            call.Cancel,
            new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(digits.PadRight(32, '0')) },
            new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(digits.PadRight(32, 'f')) });
    }
}
