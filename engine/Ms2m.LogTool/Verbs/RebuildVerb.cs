using System.CommandLine;
using System.Globalization;
using Ms2m.EventLog.Projections;
using Ms2m.History.ReadModels;

namespace Ms2m.LogTool.Verbs;

/// <summary>Makes the read models anew.</summary>
internal static class RebuildVerb
{
    private const int BatchSize = 1_000;

    public static Command Create() => new Command(
        "rebuild",
        "Make the read models anew from the first event. Engines may run meanwhile, and lists stay as they were until it is done.")
        .Writes(async call =>
        {
            var counting = new Counting();
            var events = await new Projector(call.Store.Source, call.Store.All).RebuildAsync(
                new MigrationRows(call.Store.Streams),
                BatchSize,
                (_, applied) => counting.Tell($"{applied} events, {applied / counting.Seconds:0}/s"),
                call.Cancel);
            counting.Done();
            if (call.Output.Json)
            {
                call.Output.Document(new { Events = events, counting.Seconds });
            }
            else
            {
                Console.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"rebuilt from {events} events in {counting.Seconds:0.0} s ({events / counting.Seconds:0}/s)"));
            }

            return ExitCodes.Success;
        });
}
