namespace Ms2m.Eval.Chaos;

/// <summary>Which cells, how often, and where the results go.</summary>
/// <param name="Record">A file that keeps the newest results of every cell over many runs.</param>
/// <param name="Markdown">A file in which the table of the record stands.</param>
internal sealed record ChaosOptions(
    Variant Variant, IReadOnlyList<Fault> Faults, IReadOnlyList<Moment> Moments, int Repeat, bool Json, string? Record, string? Markdown);
