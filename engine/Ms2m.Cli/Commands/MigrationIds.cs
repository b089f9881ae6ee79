using System.CommandLine;
using Ms2m.Cli.Api;

namespace Ms2m.Cli.Commands;

/// <summary>Migrations are named by their id or by any beginning of it that names only one.</summary>
internal static class MigrationIds
{
    private const int SearchedMigrations = 1_000;

    public static Argument<string> Argument => new("ID")
    {
        Description = "Id of a migration, or the beginning of it",
    };

    public static async Task<Guid> Find(EngineCall call, string text)
    {
        if (Guid.TryParse(text, out var whole))
        {
            return whole;
        }

        var beginning = Digits(text);
        if (beginning.Length == 0 || !beginning.All(char.IsAsciiHexDigit))
        {
            throw new BadUsageException(CliFailures.NotAnId(text));
        }

        var all = (await call.Engine.Migrations(SearchedMigrations, call.Cancel)).As<List<MigrationView>>();
        var found = all
            .Select(migration => migration.MigrationId)
            .Where(id => id.ToString("N").StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
            .Distinct()
            .Take(4)
            .ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new EngineRefusedException(System.Net.HttpStatusCode.NotFound, CliFailures.NoSuchMigration(text)),
            _ => throw new BadUsageException(CliFailures.AmbiguousId(text, found)),
        };
    }

    private static string Digits(string text) => text.Replace("-", "", StringComparison.Ordinal);
}
