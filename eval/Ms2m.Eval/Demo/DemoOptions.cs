using Ms2m.Cli.Moving;
using Ms2m.Eval.Load;

namespace Ms2m.Eval.Demo;

/// <summary>One demo.</summary>
/// <param name="AfterSeconds">Publishing after the migration has ended. Above capacity every second of it costs
/// seconds of draining.</param>
internal sealed record DemoOptions(
    LoadOptions Load, Move Move, string Source, string Target, double AfterSeconds, int Runs, bool Json);
