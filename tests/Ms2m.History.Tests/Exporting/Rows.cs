using System.Text;
using Ms2m.EventLog;
using Ms2m.EventLog.Streams;
using Ms2m.History.Exporting;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Tests.Verbs;

namespace Ms2m.History.Tests.Exporting;

public sealed class Rows
{
    [Fact]
    public async Task what_was_exported_as_lines_can_be_loaded_into_another_log_as_it_was()
    {
        await using var one = await OwnLog.CreateAsync();
        await using var other = await OwnLog.CreateAsync();
        await one.AddAsync(SimulatedRun.Of(2));
        await one.AddAsync(SimulatedRun.Of(3, headers: false));
        var lines = (await ReadAsync(one)).Select(JsonLines.Write).ToArray();
        await CopyEvents.WriteAsync(other.Log.Source, "migration", [.. lines.Select(JsonLines.Read)], default);
        Assert.Equal(lines, (await ReadAsync(other)).Select(JsonLines.Write));
    }

    [Fact]
    public async Task a_slice_holds_one_migration_or_a_period()
    {
        await using var own = await OwnLog.CreateAsync();
        var (first, second) = (SimulatedRun.Of(2), SimulatedRun.Of(3));
        await own.AddAsync(first);
        await own.AddAsync(second);
        Assert.Equal(first.Select(row => row.EventId), (await ReadAsync(own, new LogSlice(first[0].StreamId))).Select(row => row.EventId));
        var from = Recorder.Start.AddMilliseconds(300);
        Assert.Equal(
            first.Concat(second).Count(row => row.Timestamp >= from && row.Timestamp < from.AddSeconds(1)),
            (await ReadAsync(own, new LogSlice(null, from, from.AddSeconds(1)))).Count);
        var ids = new List<Guid>();
        await foreach (var history in new LogSlice().MigrationsAsync(own.Log.Source, own.Log.Types, default))
        {
            ids.Add(history.Id);
        }

        Assert.Equal(new[] { first[0].StreamId, second[0].StreamId }.Order(), ids.Order());
    }

    [Fact]
    public void a_table_has_as_many_cells_in_every_row_whatever_is_in_them()
    {
        var columns = Csv.Header.Split(',').Length;
        foreach (var one in AnyRun.All(5).SelectMany(history => history.Events))
        {
            Assert.Equal(columns, Cells(Csv.Line(Stored(one.Recorded))).Count);
        }
    }

    [Fact]
    public void quotes_commas_and_line_breaks_come_back_as_they_were()
    {
        var odd = "a \"quoted\", and\nbroken";
        var stored = Stored(SimulatedRun.Of(2)[0]) with { CorrelationId = odd };
        var cells = Cells(Csv.Line(stored));
        Assert.Equal(odd, cells[Array.IndexOf(Csv.Header.Split(','), "correlation_id")]);
        Assert.Equal(stored.Data, cells[^1]);
    }

    [Fact]
    public void an_old_events_step_is_taken_from_its_data()
    {
        var taken = SimulatedRun.Of(2, headers: false).First(one => one.Data is Contracts.CheckpointTaken);
        var cells = Cells(Csv.Line(Stored(taken)));
        Assert.Equal(["node-a", "take-checkpoint", "1"], cells[6..9]);
    }

    private static async Task<List<StoredEvent>> ReadAsync(OwnLog own, LogSlice? slice = null)
    {
        var rows = new List<StoredEvent>();
        await foreach (var row in (slice ?? new LogSlice()).RowsAsync(own.Log.Source, default))
        {
            rows.Add(row);
        }

        return rows;
    }

    private static StoredEvent Stored(RecordedEvent one) => new(
        one.SeqId, one.EventId, one.StreamId, one.Version, EventJson.Write(one.Data, one.Data.GetType()), one.Alias, one.Timestamp, null,
        one.CorrelationId, one.CausationId, one.Headers.Count == 0 ? null : EventJson.Write(one.Headers, typeof(IReadOnlyDictionary<string, string>)));

    // RFC 4180, letter by letter.
    private static List<string> Cells(string line)
    {
        var (cells, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '"' when quoted && i + 1 < line.Length && line[i + 1] == '"':
                    cell.Append('"');
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case ',' when !quoted:
                    cells.Add(cell.ToString());
                    cell.Clear();
                    break;
                case var letter:
                    cell.Append(letter);
                    break;
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
