namespace Ms2m.Kubernetes.Tests.Interleavings;

/// <summary>Visits every world that can be reached, nearest first, so that what it finds is found on a shortest way.</summary>
internal static class Explorer
{
    public static Verdict Run(Scene scene)
    {
        var begin = scene.Begin();
        var moves = new Moves(scene, begin);
        var judge = new Judge(scene, moves);
        var faultFree = scene.Faults == 0;
        var known = new Dictionary<UInt128, int>();
        var from = new List<(int Parent, string Move)>();
        var calm = new List<List<int>>();
        var over = new List<int>();
        var open = new Queue<(int Number, World World)>();
        long transitions = 0;

        int Enter(World world, int parent, string move, out bool isNew)
        {
            var print = Prints.Of(world);
            isNew = !known.TryGetValue(print, out var number);
            if (isNew)
            {
                number = from.Count;
                known.Add(print, number);
                from.Add((parent, move));
                calm.Add([]);
                open.Enqueue((number, world));
            }
            return number;
        }

        IReadOnlyList<string> Way(int to)
        {
            var way = new List<string>();
            for (var at = to; at > 0; at = from[at].Parent)
            {
                way.Add(from[at].Move);
            }
            way.Reverse();
            return way;
        }

        Enter(new World(begin, 0, Mind.Empty, scene.Twice ? (0, Mind.Empty) : null, scene.Faults), -1, "", out _);
        var worlds = new Dictionary<int, World>();
        while (open.TryDequeue(out var next))
        {
            var (number, world) = next;
            if (judge.Wrong(world, faultFree) is { } wrong)
            {
                return new Verdict(from.Count, transitions, wrong, Way(number));
            }
            if (from.Count > scene.Most)
            {
                return new Verdict(from.Count, transitions, null, []) { Depth = Way(number).Count };
            }
            if (judge.IsOver(world, faultFree))
            {
                over.Add(number);
            }
            foreach (var move in moves.Of(world))
            {
                transitions++;
                var to = Enter(move.To, number, move.Name, out _);
                if (!move.IsFault && to != number)
                {
                    calm[to].Add(number);
                }
            }
        }
        return Unending(calm, over) is { } stuck
            ? new Verdict(from.Count, transitions, "it comes to no end from here, though nothing more goes wrong", Way(stuck))
            : new Verdict(from.Count, transitions, null, []) { Ends = over.Count };
    }

    /// <summary>A state from which no end can be reached without another fault.</summary>
    private static int? Unending(List<List<int>> calm, List<int> over)
    {
        var ends = new bool[calm.Count];
        var open = new Stack<int>(over);
        over.ForEach(one => ends[one] = true);
        while (open.TryPop(out var at))
        {
            foreach (var before in calm[at].Where(before => !ends[before]))
            {
                ends[before] = true;
                open.Push(before);
            }
        }
        var stuck = Array.IndexOf(ends, false);
        return stuck < 0 ? null : stuck;
    }
}

/// <param name="Wrong">Null when all is well.</param>
/// <param name="Way">By which it is reached.</param>
internal sealed record Verdict(int States, long Transitions, string? Wrong, IReadOnlyList<string> Way)
{
    public int Ends { get; init; }

    /// <summary>Null when all there is was visited, else how many moves from the beginning everything was.</summary>
    public int? Depth { get; init; }

    public override string ToString() =>
        Wrong is null ? $"{States} states, {Transitions} transitions, {(Depth is null ? $"{Ends} ends" : $"to a depth of {Depth}")}" : $"{Wrong}\n{string.Join('\n', Way)}";
}
