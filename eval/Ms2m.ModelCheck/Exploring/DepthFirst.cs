using System.Diagnostics;

namespace Ms2m.ModelCheck.Exploring;

/// <summary>Visits every state once and keeps only the way to the present one. Finds besides whether a way without faults
/// leads in a circle: where none does and every way's end is good, a good end is reached from everywhere.</summary>
internal static class DepthFirst
{
    private const byte OnTheWay = 1;
    private const byte Left = 2;

    public static Verdict Run(Scene scene, Action<long, TimeSpan>? progress = null, CancellationToken stop = default)
    {
        var clock = Stopwatch.StartNew();
        var table = new StateTable();
        var bytes = new byte[4096];
        var (world, from) = (new World(scene), new World(scene));
        var way = new Stack<(int Number, byte[] State, Move[] Moves, int Next)>();
        var moves = new List<Move>();
        long transitions = 0, finals = 0;
        var depth = 0;
        string? violation = null;
        List<Move> found = [];

        void Enter(int number, int length)
        {
            table.Mark(number, OnTheWay);
            var state = bytes[..length];
            from.Decode(state);
            from.Moves(moves);
            way.Push((number, state, [.. moves], 0));
            depth = Math.Max(depth, way.Count);
            if (moves.TrueForAll(move => move.Kind >= MoveKind.Dies))
            {
                finals++;
                if (from.CheckEnd() is { } wrong)
                {
                    (violation, found) = (wrong, table.Way(number));
                }
            }
        }

        var size = scene.Begin().Encode(bytes);
        table.Add(StateHash.Of(bytes.AsSpan(0, size)), -1, 0, out var first);
        Enter(first, size);
        while (way.Count > 0 && violation is null && !stop.IsCancellationRequested)
        {
            var (number, state, open, next) = way.Pop();
            if (next == open.Length)
            {
                table.Mark(number, Left);
                continue;
            }
            way.Push((number, state, open, next + 1));
            world.Decode(state);
            world.Apply(open[next]);
            if ((++transitions & 0x3fffff) == 0)
            {
                progress?.Invoke(table.Count, clock.Elapsed);
            }
            if (world.Violation is { } wrong)
            {
                (violation, found) = (wrong, [.. table.Way(number), open[next]]);
                break;
            }
            size = world.Encode(bytes);
            if (table.Add(StateHash.Of(bytes.AsSpan(0, size)), number, open[next].Packed, out var reached))
            {
                Enter(reached, size);
            }
            else if (table.Mark(reached) == OnTheWay && reached != number)
            {
                (violation, found) = ("it goes round in a circle and reaches no end", [.. table.Way(number), open[next]]);
            }
        }
        return new Verdict(
            violation is null && !stop.IsCancellationRequested, table.Count, transitions, finals, depth, clock.Elapsed,
            violation, found)
        {
            ProcessStates = scene.Processes.Count,
            EngineStates = scene.Engines.Count,
        };
    }
}
