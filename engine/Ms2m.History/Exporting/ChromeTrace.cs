using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.History.Explaining;
using Ms2m.History.Timelines;
using Ms2m.Migrations;

namespace Ms2m.History.Exporting;

/// <summary>Migrations in the Trace Event Format, which Perfetto (ui.perfetto.dev) and chrome://tracing show: a process for the engine,
/// for each node, and for each workload's source and shadow; in each of them threads for one migration. Phases, steps and work are
/// slices, events are instants, arrows lead from a command to the work and back, the lag is a counter.</summary>
public sealed class ChromeTrace
{
    /// <summary>Before the first entry; between two of them stands a comma.</summary>
    public const string Begin = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[";

    public const string End = "]}";

    private readonly Dictionary<string, int> _processes = new(StringComparer.Ordinal);
    private int _threads;
    private int _flows;

    /// <summary>One migration's entries, each one JSON object.</summary>
    public IReadOnlyList<string> Entries(MigrationHistory history)
    {
        var drawing = new Drawing(this, history);
        drawing.Phases();
        drawing.Steps();
        drawing.Events();
        _threads += drawing.Threads;
        return [.. drawing.Entries.Select(entry => JsonSerializer.Serialize(entry))];
    }

    private sealed class Drawing(ChromeTrace trace, MigrationHistory history)
    {
        private readonly TraceThreads _free = new(trace._threads);
        private readonly string _workload = history.Request?.Spec.Name ?? "unknown";
        private readonly long _start = (history.StartedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

        public List<object> Entries { get; } = [];

        public int Threads { get; private set; }

        private string Name => $"{_workload} {history.Id.ToString()[..8]}";

        public void Phases()
        {
            var (engine, since) = (Process(Party.Engine), 0.0);
            foreach (var phase in history.View().Phases)
            {
                Slice($"{phase.Name}", "phase", engine, Thread(engine, "phases", since, since + phase.Ms), since, phase.Ms, new { migration = history.Id });
                since += phase.Ms;
            }
        }

        public void Steps()
        {
            var engine = Process(Party.Engine);
            var critical = CriticalPath.Of(history).Select(segment => (segment.Step, segment.Attempt)).ToHashSet();
            foreach (var span in history.Steps)
            {
                var row = Thread(engine, "steps", span.FromMs, span.ToMs);
                Slice(span.Step, "step", engine, row, span.FromMs, span.Ms, new
                {
                    migration = history.Id,
                    attempt = span.Attempt,
                    party = span.Party.Name,
                    outcome = $"{span.Outcome}",
                    critical = critical.Contains((span.Step, span.Attempt)),
                });
                if (WorkSpan.Of(history, span) is { } work)
                {
                    Work(span, engine, row, work);
                }
            }
        }

        public void Events()
        {
            foreach (var one in history.Events)
            {
                var process = Process(Party.SaidBy(one.Data, Migration.FactsOf(one.After)));
                if (one.Data is ReplayProgressed progress)
                {
                    Entries.Add(new { ph = "C", name = $"lag {Name}", pid = process, ts = Ts(one.SinceMs), args = new { entries = progress.LagEntries } });
                    continue;
                }

                Entries.Add(new
                {
                    ph = "i",
                    s = "t",
                    name = one.Type,
                    cat = "event",
                    pid = process,
                    tid = Thread(process, "events", one.SinceMs, one.SinceMs),
                    ts = Ts(one.SinceMs),
                    args = new
                    {
                        number = one.Number,
                        sequence = one.Recorded.SeqId,
                        data = JsonSerializer.SerializeToElement(one.Data, one.Data.GetType(), ContractJson.Options),
                    },
                });
            }
        }

        // The arrow: out of the step, through the work, into the step's end.
        private void Work(StepSpan span, int engine, int row, WorkSpan work)
        {
            var process = Process(work.Party);
            var thread = Thread(process, "work", work.FromMs, work.ToMs);
            Slice(span.Step, "work", process, thread, work.FromMs, work.ToMs - work.FromMs, new
            {
                migration = history.Id,
                attempt = span.Attempt,
                placed = work.Placed,
            });
            var flow = ++trace._flows;
            Entries.Add(new { ph = "s", id = flow, name = "command", cat = "hop", pid = engine, tid = row, ts = Ts(span.FromMs) });
            Entries.Add(new { ph = "t", id = flow, name = "command", cat = "hop", pid = process, tid = thread, ts = Ts(work.FromMs) });
            Entries.Add(new { ph = "f", bp = "e", id = flow, name = "command", cat = "hop", pid = engine, tid = row, ts = Ts(span.ToMs) });
        }

        private void Slice(string name, string category, int process, int thread, double since, double ms, object args) =>
            Entries.Add(new { ph = "X", name, cat = category, pid = process, tid = thread, ts = Ts(since), dur = Ts(since + ms) - Ts(since), args });

        // Whole microseconds: counted from 1970, a double has no room for fractions, and slices would seem to overlap.
        private long Ts(double sinceMs) => _start + (long)Math.Round(sinceMs * 1000);

        private int Process(Party party)
        {
            var name = party.Kind switch
            {
                PartyKind.Engine => "engine",
                PartyKind.Node => $"node {party.Name}",
                PartyKind.Source => $"workload {_workload}: source",
                _ => $"workload {_workload}: shadow",
            };
            if (!trace._processes.TryGetValue(name, out var process))
            {
                trace._processes[name] = process = trace._processes.Count + 1;
                Entries.Add(new { ph = "M", name = "process_name", pid = process, tid = 0, args = new { name } });
                Entries.Add(new { ph = "M", name = "process_sort_index", pid = process, tid = 0, args = new { sort_index = process } });
            }

            return process;
        }

        private int Thread(int process, string what, double from, double to)
        {
            var (thread, isNew) = _free.Free(process, what, from, to);
            if (isNew)
            {
                Threads++;
                Entries.Add(new { ph = "M", name = "thread_name", pid = process, tid = thread, args = new { name = $"{Name} {what}" } });
            }

            return thread;
        }
    }
}
