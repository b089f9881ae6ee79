using System.CommandLine;
using Ms2m.History.Archiving;

namespace Ms2m.LogTool.Verbs;

/// <summary>Sets old migrations aside, or takes them back.</summary>
internal static class ArchiveVerb
{
    public static Command Create()
    {
        var before = new Option<string?>("--before") { Description = "Set aside what ended before this time (2026-11-21, or 30d for 30 days ago)", HelpName = "TIME" };
        var undo = new Option<string?>("--undo-since") { Description = "Take back what was set aside and changed at this time or later", HelpName = "TIME" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say how many it would be" };
        var command = new Command(
            "archive",
            "Set migrations aside that ended long ago: lists, statistics and rebuilds pass over them. Their events are kept.")
        { before, undo, dryRun };
        command.Validators.Add(result =>
        {
            if (result.GetValue(before) is null == result.GetValue(undo) is null)
            {
                result.AddError("archive wants --before or --undo-since");
            }
        });
        return command.Writes(async call =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var archive = new Archive(call.Store.Source, call.Store.Types);
            var counting = new Counting();
            if (Times.Read(call.Parsed.GetValue(undo), now) is { } since)
            {
                var back = await archive.TakeBackAsync(since, done => counting.Tell($"{done} migrations"), call.Cancel);
                counting.Done();
                return Say(call, "takenBack", back, $"{back} migrations taken back");
            }

            var until = Times.Read(call.Parsed.GetValue(before), now)!.Value;
            if (now - until < Archive.LeastAge)
            {
                throw new LogRefusedException(LogFailures.TooYoung(Archive.LeastAge), ExitCodes.Usage);
            }

            if (call.Parsed.GetValue(dryRun))
            {
                var count = await archive.CountAsync(until, call.Cancel);
                return Say(call, "wouldArchive", count, $"{count} migrations would be set aside");
            }

            var archived = await archive.SetAsideAsync(until, done => counting.Tell($"{done} migrations"), call.Cancel);
            counting.Done();
            return Say(call, "archived", archived, $"{archived} migrations set aside");
        });
    }

    private static int Say(LogCall call, string name, long count, string sentence)
    {
        if (call.Output.Json)
        {
            call.Output.Document(new Dictionary<string, long> { [name] = count });
        }
        else
        {
            Console.Out.WriteLine(sentence);
        }

        return ExitCodes.Success;
    }
}
