using Ms2m.Checker;

namespace Ms2m.Eval.Soak;

/// <summary>The result of a soak: the whole chain's proof, and what grew.</summary>
internal sealed record SoakReport(
    bool Succeeded,
    int Migrations,
    int Completed,
    double Minutes,
    double Rate,
    Statistics? TotalMs,
    Statistics? InterruptionMs,
    long Published,
    long Applied,
    long Lost,
    long Duplicated,
    long Reordered,
    long EffectsMissing,
    long EffectsRepeated,
    bool Verified,
    IReadOnlyList<Trend> Trends,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Leftovers)
{
    public static SoakReport Of(
        SoakOptions options, SoakChain chain, IReadOnlyList<Footprint> footprints, Verdict verdict, IReadOnlyList<string> leftovers)
    {
        var trends = Trend.Of(footprints);
        return new SoakReport(
            verdict.Exact && chain.Completed == options.Migrations && leftovers.Count == 0 && trends.All(one => one.Flat != false),
            options.Migrations, chain.Completed, chain.Minutes, options.Load.Rate,
            Statistics.Of(chain.TotalMs), Statistics.Of(chain.InterruptionMs),
            verdict.Published, verdict.Applied, verdict.Lost, verdict.Duplicated, verdict.Reordered,
            verdict.EffectsMissing, verdict.EffectsRepeated, verdict.Exact,
            trends, [.. verdict.Problems, .. chain.Troubles], leftovers);
    }
}
