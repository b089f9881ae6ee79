using System.Diagnostics;

namespace Ms2m.ModelCheck.Exploring;

/// <summary>What an exploration has found.</summary>
/// <param name="Complete">Whether every state within the bounds was visited.</param>
/// <param name="Finals">States in which nothing more can happen.</param>
/// <param name="Depth">Moves on the longest way walked.</param>
/// <param name="Violation">What went wrong, if anything did.</param>
/// <param name="Way">The moves that lead there.</param>
internal sealed record Verdict(
    bool Complete, long States, long Transitions, long Finals, int Depth, TimeSpan Time,
    string? Violation, IReadOnlyList<Move> Way)
{
    public int ProcessStates { get; init; }

    public int EngineStates { get; init; }

    public long PeakBytes { get; } = Process.GetCurrentProcess().PeakWorkingSet64;
}
