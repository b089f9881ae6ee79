using Ms2m.ModelCheck.Exploring;

namespace Ms2m.ModelCheck.Checking;

/// <summary>One exploration with its bounds and what it found.</summary>
/// <param name="Name">What it is about.</param>
/// <param name="Story">The counter-example, told; absent when there is none.</param>
internal sealed record Check(string Name, Bounds Bounds, Verdict Verdict, string? Story)
{
    public bool Holds => Verdict.Violation is null;

    /// <summary>Visits every state within the bounds. What it finds is found once more on a shortest way.</summary>
    public static Check Everything(
        string name, Bounds bounds, Action<long, TimeSpan>? progress = null, CancellationToken stop = default)
    {
        var scene = new Scene(bounds);
        var verdict = DepthFirst.Run(scene, progress, stop);
        if (verdict.Violation is not null)
        {
            scene = new Scene(bounds);
            var shortest = BreadthFirst.Run(scene, MostToShorten, stop);
            verdict = shortest.Violation is null ? verdict : shortest;
        }
        return new Check(name, bounds, verdict, verdict.Violation is null ? null : Storyteller.Tell(scene, verdict));
    }

    /// <summary>Splits a check with one fault into one for each kind of fault: on one way only one of them happens, so
    /// together they visit what one check would, and each is small.</summary>
    public static IEnumerable<(string Name, Bounds Bounds)> ByKind(Bounds bounds) => bounds.Faults != 1
        ? [(bounds.Faults == 0 ? "no fault" : "any faults", bounds)]
        : Enum.GetValues<Fault>().Where(kind => kind != Fault.All && kind != Fault.None && (bounds.Kinds & kind) != 0)
            .Select(kind => (Words(kind), bounds with { Kinds = kind }));

    /// <summary>Random ways, each with a number of its own.</summary>
    public static Check Walks(
        string name, Bounds bounds, int walks, int firstSeed = 1, Action<long, TimeSpan>? progress = null,
        CancellationToken stop = default)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        long moves = 0;
        var (depth, ends) = (0, 0);
        for (var seed = firstSeed; seed < firstSeed + walks && !stop.IsCancellationRequested; seed++)
        {
            // A scene of its own: large walks hardly meet a state twice, and the tables would only grow.
            var scene = new Scene(bounds);
            var verdict = RandomWalk.Run(scene, seed);
            moves += verdict.Transitions;
            depth = Math.Max(depth, verdict.Depth);
            if (verdict.Violation is not null)
            {
                verdict = RandomWalk.Shrink(scene, verdict);
                return new Check($"{name}, walk {seed}", bounds, verdict, Storyteller.Tell(scene, verdict));
            }
            ends++;
            progress?.Invoke(ends, clock.Elapsed);
        }
        return new Check(name, bounds, new Verdict(false, moves, moves, ends, depth, clock.Elapsed, null, []), null);
    }

    private const long MostToShorten = 20_000_000;

    private static string Words(Fault kind) =>
        string.Concat(kind.ToString().Select(letter => char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{letter}"))
            .Trim();
}
