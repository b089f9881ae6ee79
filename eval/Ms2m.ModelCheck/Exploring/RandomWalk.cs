namespace Ms2m.ModelCheck.Exploring;

/// <summary>One way chosen by chance through bounds that are too large to visit as a whole.</summary>
internal static class RandomWalk
{
    /// <summary>One in so many moves is a fault, while any are left.</summary>
    private const int FaultEvery = 25;

    public static Verdict Run(Scene scene, int seed)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        // The same walk for the same number, on every machine.
        var chance = new Random(seed);
        var way = new List<Move>();
        var violation = Go(scene, way, moves =>
        {
            var faults = moves.FindIndex(move => move.Kind >= MoveKind.Dies);
            var plain = faults < 0 ? moves.Count : faults;
            return plain == 0 ? null
                : faults >= 0 && chance.Next(FaultEvery) == 0 ? moves[chance.Next(faults, moves.Count)]
                : moves[chance.Next(plain)];
        });
        return new Verdict(false, way.Count, way.Count, violation is null ? 1 : 0, way.Count, clock.Elapsed, violation, way)
        {
            ProcessStates = scene.Processes.Count,
            EngineStates = scene.Engines.Count,
        };
    }

    /// <summary>The same violation on a shorter way: moves are left out as long as one is found at the end.</summary>
    public static Verdict Shrink(Scene scene, Verdict found)
    {
        var way = found.Way.ToList();
        var violation = found.Violation;
        for (var size = way.Count / 2; size >= 1; size = size == 1 ? 0 : size / 2)
        {
            for (var at = 0; at + size <= way.Count;)
            {
                List<Move> shorter = [.. way[..at], .. way[(at + size)..]];
                var walked = new List<Move>();
                if (Follow(scene, shorter, walked) is { } still && walked.Count < way.Count)
                {
                    (way, violation) = (walked, still);
                }
                else
                {
                    at += size;
                }
            }
        }
        return found with { Violation = violation, Way = way, Depth = way.Count };
    }

    /// <summary>What can be done of a way, in its order, and then the first thing that can be done, until the end.</summary>
    private static string? Follow(Scene scene, List<Move> wanted, List<Move> walked)
    {
        var next = 0;
        return Go(scene, walked, moves =>
        {
            while (next < wanted.Count)
            {
                var move = wanted[next++];
                if (moves.Contains(move))
                {
                    return move;
                }
            }
            return moves[0].Kind >= MoveKind.Dies ? null : moves[0];
        });
    }

    /// <summary>Walks until nothing is left to do or something is wrong.</summary>
    private static string? Go(Scene scene, List<Move> way, Func<List<Move>, Move?> choose)
    {
        var world = scene.Begin();
        var moves = new List<Move>();
        while (true)
        {
            world.Moves(moves);
            if (moves.Count == 0 || choose(moves) is not { } move)
            {
                return world.CheckEnd();
            }
            way.Add(move);
            world.Apply(move);
            if (world.Violation is { } violation)
            {
                return violation;
            }
            if (way.Count > MostMoves)
            {
                return "it goes on and on and reaches no end";
            }
        }
    }

    private const int MostMoves = 20_000;
}
