using System.CommandLine;
using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.LogTool.Display;
using Ms2m.LogTool.Following;
using Ms2m.Migrations;
using Npgsql;

namespace Ms2m.LogTool.Verbs;

/// <summary>Prints events as they are appended.</summary>
internal static class FollowVerb
{
    public static Command Create()
    {
        var id = new Argument<string?>("id")
        {
            Description = "Id of a migration, or its beginning, or 'last': its events so far and what comes, until its end; without, the whole log",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var from = new Option<long?>("--from")
        {
            Description = "Begin with the event of this sequence number [default: a migration's first; of the whole log the next to come]",
            HelpName = "SEQ",
        };
        return new Command("follow", "Print events as they are appended, over breaks of the store; with --json one document a line")
        {
            id, from,
        }.Does(async call =>
        {
            Guid? stream = call.Parsed.GetValue(id) is { } text ? await MigrationIds.Find(call, text) : null;
            var after = call.Parsed.GetValue(from) - 1 ?? (stream is null ? await call.Store.All.NewestAsync(call.Cancel) : 0);
            var follow = new FollowLog(call.Store, TimeProvider.System) { OnStore = SayStore };
            var state = Migration.Initial;
            // Whether a migration has ended only all of its events tell, also those that are not printed.
            await foreach (var one in follow.AfterAsync(stream, stream is null ? after : 0, call.Cancel))
            {
                if (one.SeqId > after)
                {
                    Print(call, one);
                }

                state = stream is null ? state : Migration.Evolve(state, (IMigrationMessage)one.Data);
                if (state is MigrationState.Ended)
                {
                    break;
                }
            }

            return ExitCodes.Success;
        });
    }

    private static void SayStore(NpgsqlException? away) => Console.Error.WriteLine(away is null
        ? "ms2m log: the event store is back; going on where it went away."
        : $"ms2m log: the event store went away ({away.GetBaseException().Message.TrimEnd('.')}); waiting for it.");

    private static void Print(LogCall call, RecordedEvent one)
    {
        var line = StreamedEvent.Of(one);
        if (call.Output.Json)
        {
            Output.Line(line);
            return;
        }

        var sentence = EventSentence.Of(new LogEvent(one.Version, one.SeqId, one.Alias, one.Timestamp, line.Data));
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{one.SeqId,8}  {Header.Time(one.Timestamp)}  {one.StreamId.ToString()[..13]}  {one.Version,3}  {line.Who,-20}  {sentence}"));
    }
}
