using System.Text.Json;
using Ms2m.EventLog;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Verifying;

/// <summary>The migration's row in the read model is what its events make of it, as far as the read model has come.</summary>
internal static class ReadModelRule
{
    public static IEnumerable<Finding> Check(StreamUnderTest stream, MigrationFold fold)
    {
        var last = stream.Events[^1];
        if (stream.Archived)
        {
            if (stream.Row is not null)
            {
                yield return stream.Fault("read-model", null, "It is archived, and has a row in ms2m_migrations. Make it anew: ms2m log rebuild");
            }

            yield break;
        }

        if (stream.Mark < last.SeqId)
        {
            // Not there yet; what there is may be of an earlier version of the read model.
            yield break;
        }

        if (stream.Row is not { } row)
        {
            yield return stream.Fault("read-model", null, "It is missing in ms2m_migrations. Make it anew: ms2m log rebuild");
            yield break;
        }

        if (row.Version != fold.Version || row.SeqId != last.SeqId)
        {
            yield return stream.Fault(
                "read-model", null, $"Its row in ms2m_migrations holds {row.Version} of {fold.Version} events. Make it anew: ms2m log rebuild");
            yield break;
        }

        if (!row.Faithful)
        {
            yield return stream.Fault(
                "read-model", null, "The columns of its row in ms2m_migrations are not those of its view. Make it anew: ms2m log rebuild");
        }

        using var stored = JsonDocument.Parse(row.View);
        using var computed = JsonDocument.Parse(EventJson.Write(fold.View(last.Timestamp), typeof(MigrationView)));
        if (JsonDifference.First(stored.RootElement, computed.RootElement, NotStored.IsADifference) is { } difference)
        {
            yield return stream.Fault(
                "read-model", null, $"Its row in ms2m_migrations is not what its events make of it: {difference}. Make it anew: ms2m log rebuild");
        }
    }
}
