using System.Diagnostics;

namespace Ms2m.ModelCheck.Exploring;

/// <summary>Visits states in the order of their distance from the beginning, so that what it finds is found on a shortest
/// way.</summary>
internal static class BreadthFirst
{
    public static Verdict Run(Scene scene, long mostStates = long.MaxValue, CancellationToken stop = default)
    {
        var clock = Stopwatch.StartNew();
        var table = new StateTable();
        var level = new List<(int Number, byte[] State)>();
        var bytes = new byte[4096];
        var moves = new List<Move>();
        var (world, from) = (new World(scene), new World(scene));
        long transitions = 0, finals = 0;
        var depth = 0;

        Verdict Done(string? violation, int at, Move? last = null) => new(
            violation is null && table.Count < mostStates && !stop.IsCancellationRequested,
            table.Count, transitions, finals, depth, clock.Elapsed, violation,
            violation is null ? [] : last is { } move ? [.. table.Way(at), move] : table.Way(at))
        {
            ProcessStates = scene.Processes.Count,
            EngineStates = scene.Engines.Count,
        };

        var length = scene.Begin().Encode(bytes);
        table.Add(StateHash.Of(bytes.AsSpan(0, length)), -1, 0, out var first);
        level.Add((first, bytes[..length]));
        for (; level.Count > 0; depth++)
        {
            var next = new List<(int, byte[])>();
            foreach (var (number, state) in level)
            {
                if (table.Count >= mostStates || stop.IsCancellationRequested)
                {
                    return Done(null, 0);
                }
                from.Decode(state);
                from.Moves(moves);
                var ends = true;
                foreach (var move in moves)
                {
                    ends &= move.Kind >= MoveKind.Dies;
                    transitions++;
                    world.Decode(state);
                    world.Apply(move);
                    if (world.Violation is { } violation)
                    {
                        return Done(violation, number, move);
                    }
                    length = world.Encode(bytes);
                    if (table.Add(StateHash.Of(bytes.AsSpan(0, length)), number, move.Packed, out var reached))
                    {
                        next.Add((reached, bytes[..length]));
                    }
                }
                if (ends)
                {
                    finals++;
                    if (from.CheckEnd() is { } wrong)
                    {
                        return Done(wrong, number);
                    }
                }
            }
            level = next;
        }
        return Done(null, 0);
    }
}
