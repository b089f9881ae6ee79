using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;

namespace Ms2m.LogTool.Verbs;

/// <summary>Prints a migration's history as a timeline.</summary>
internal static class ShowVerb
{
    public static Command Create()
    {
        var id = MigrationIds.Argument;
        return new Command("show", "Print the timeline of one migration") { id }.Does(async call =>
        {
            var found = await MigrationIds.Find(call, call.Parsed.GetRequiredValue(id));
            foreach (var one in await call.Store.Streams.ReadAsync(found, 1, call.Cancel))
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Version,4}  {EventSentence.Of(Line(one))}"));
            }

            return ExitCodes.Success;
        });
    }

    private static LogEvent Line(RecordedEvent one) => new(
        one.Version, one.SeqId, one.Alias, one.Timestamp,
        JsonSerializer.SerializeToElement(one.Data, one.Data.GetType(), ContractJson.Options));
}
