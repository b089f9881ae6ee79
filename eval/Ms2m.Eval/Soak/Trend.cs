namespace Ms2m.Eval.Soak;

/// <summary>Whether one thing grows with the number of migrations.</summary>
/// <param name="Early">Median of the second quarter of the run: the first one is for warming up.</param>
/// <param name="Late">Median of the last quarter.</param>
/// <param name="PerMigration">Growth between the two, for each migration.</param>
/// <param name="Flat">Whether that is nothing that would ever matter; absent where growth is by design.</param>
internal sealed record Trend(string Name, double Early, double Late, double Max, double PerMigration, bool? Flat)
{
    /// <summary>History is what a database of events is for; journals go after half an hour, not after a migration.</summary>
    private static readonly string[] GrowByDesign = ["store: bytes", ": journals"];

    public static IReadOnlyList<Trend> Of(IReadOnlyList<Footprint> footprints) => footprints.Count < 4 ? [] :
    [
        .. from name in footprints.SelectMany(one => one.Values.Keys).Distinct().Order(StringComparer.Ordinal)
           let seen = footprints.Where(one => one.Values.ContainsKey(name)).ToArray()
           where seen.Length >= 4
           select Of(name, seen),
    ];

    private static Trend Of(string name, Footprint[] seen)
    {
        var quarter = seen.Length / 4;
        var (early, late) = (seen[quarter..(2 * quarter)], seen[^quarter..]);
        var (before, after) = (Median(name, early), Median(name, late));
        var migrations = late.Average(one => one.AfterMigrations) - early.Average(one => one.AfterMigrations);
        return new Trend(
            name, before, after, seen.Max(one => one.Values[name]), (after - before) / migrations,
            GrowByDesign.Any(design => name.EndsWith(design, StringComparison.Ordinal)) ? null : IsFlat(name, before, after));
    }

    // Memory breathes with the garbage collector, descriptors with connections that are about to be closed.
    private static bool IsFlat(string name, double before, double after) => name.EndsWith("bytes", StringComparison.Ordinal)
        ? after <= before * 1.1 + (8 << 20)
        : after <= before + Math.Max(5, before * 0.05);

    private static double Median(string name, Footprint[] of) => Statistics.Of(of.Select(one => one.Values[name]))!.Median;
}
