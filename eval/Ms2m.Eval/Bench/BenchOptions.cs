using Ms2m.Cli.Moving;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Bench;

/// <summary>One benchmark.</summary>
internal sealed record BenchOptions(
    LoadOptions Load, Move Move, IReadOnlyList<string> Nodes, int Runs, int WarmupRuns, bool Json);
