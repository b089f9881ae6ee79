using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Verifying;

/// <summary>Checks one migration against every law of the log. Pure: what is stored goes in, what is wrong comes out.</summary>
public sealed class StreamCheck(EventTypes types)
{
    public IReadOnlyList<Finding> Check(StreamUnderTest stream)
    {
        List<Finding> found = [.. stream.Oddities.Select(one => stream.Fault(one.Rule, null, one.Message)), .. SequenceRule.Check(stream), .. SealRule.Check(stream), .. CausationRule.Check(stream)];
        var fold = new MigrationFold(stream.Id);
        var events = new List<FoldedEvent>();
        foreach (var stored in stream.Events)
        {
            if (Read(stream, stored, found) is not { } recorded)
            {
                // Nothing behind it can be judged.
                return found;
            }

            var before = fold.State;
            var @event = (IMigrationMessage)recorded.Data;
            try
            {
                fold.Add(@event, recorded.Timestamp);
            }
#pragma warning disable CA1031 // The core is total over what the engine writes; here somebody else may have written.
            catch (Exception damaged)
#pragma warning restore CA1031
            {
                found.Add(stream.Fault("schema", stored, $"It cannot be folded: {damaged.Message}"));
                return found;
            }

            events.Add(new FoldedEvent(stored, @event, EventFacts.Of(recorded), before, fold.State));
        }

        if (events.Count > 0)
        {
            found.AddRange(StoryRule.Check(stream, events));
            found.AddRange(StateRule.Check(stream, fold, isSealed: events[^1].Facts.Digest is not null));
            found.AddRange(ReadModelRule.Check(stream, fold));
        }

        return found;
    }

    private RecordedEvent? Read(StreamUnderTest stream, StoredEvent stored, List<Finding> found)
    {
        try
        {
            var recorded = RecordedEvent.Of(stored, types);
            if (recorded.Data is not IMigrationMessage { MigrationId: var id } || id != stream.Id)
            {
                found.Add(stream.Fault("schema", stored, "It is about another migration than the stream it is in."));
                return null;
            }

            if (stored.DotnetType != EventTypes.DotnetName(recorded.Data.GetType()))
            {
                found.Add(stream.Fault("schema", stored, $"Its mt_dotnet_type is {stored.DotnetType ?? "absent"}, which is not what its type is."));
            }

            return recorded;
        }
        catch (UnknownEventException unknown)
        {
            found.Add(stream.Fault("schema", stored, unknown.Message));
            return null;
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException or FormatException)
        {
            found.Add(stream.Fault("schema", stored, $"It cannot be read: {damaged.Message}"));
            return null;
        }
    }
}
