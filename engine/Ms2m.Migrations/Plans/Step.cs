using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations.Plans;

/// <summary>The command of a step, made from what is known and the attempt's number.</summary>
public delegate Outgoing StepCommand(Facts facts, int attempt);

/// <summary>How long a step may take and how often it is tried.</summary>
/// <param name="Deadline">Of one attempt; past it the next one begins.</param>
/// <param name="Attempts">After the last one the step has failed.</param>
/// <param name="StrictAttempt">Whether only the newest attempt's answer counts: true where an attempt makes something
/// that the next attempt throws away.</param>
public sealed record StepLimits(Func<Facts, TimeSpan> Deadline, int Attempts, bool StrictAttempt = false)
{
    public StepLimits(double seconds, int attempts, bool strictAttempt = false)
        : this(_ => TimeSpan.FromSeconds(seconds), attempts, strictAttempt)
    {
    }
}

/// <summary>A step that can be undone: all steps before the commit point are.</summary>
/// <param name="Name">From <see cref="StepNames"/>; the event that ends the step carries it.</param>
/// <param name="Phase">The phase people see while it runs.</param>
/// <param name="Command">Absent where the step only waits for an event.</param>
/// <param name="Undo">What takes it back; a step of several may name the same. Absent where there is nothing to undo.</param>
/// <param name="Refuses">Whether its failure means that nothing was touched and the request is refused.</param>
/// <param name="Then">A message to send when the step is done, for which nobody waits.</param>
/// <param name="AttemptOf">For a step without a command of its own: the step whose command also does this one. Only
/// answers of that step's newest attempt count.</param>
/// <param name="SilenceMeansLost">Whether the source is lost when it never answers, and is failed over where its node is
/// down or the policy says so.</param>
/// <param name="Optional">Whether the migration goes on without it when it fails.</param>
/// <param name="StopsSource">Whether nobody serves from here on until the plan's <see cref="Plan.ServesWith"/>.</param>
public sealed record ReversibleStep(
    string Name,
    Phase Phase,
    StepLimits Limits,
    StepCommand? Command,
    ImmutableArray<UndoStep>? Undo = null,
    bool Refuses = false,
    StepCommand? Then = null,
    string? AttemptOf = null,
    bool SilenceMeansLost = false,
    bool StopsSource = false,
    bool Optional = false);

/// <summary>What takes a step back.</summary>
/// <param name="Order">Undo steps of one order run together, lower orders first.</param>
/// <param name="SignOfLife">Whether its answer shows that the source lives. Until then the copy may be the last one, so it
/// has a lower order than whatever removes the copy.</param>
/// <param name="OnlyAsks">Whether it changes nothing: it is left out where nobody needs the answer, and leaves nothing
/// behind when there is none.</param>
/// <param name="ServesAgain">Whether a source that was stopped serves again by it; without it nobody serves.</param>
/// <param name="AfterUndoOf">A step that, once begun, must have been undone for certain before this may be done: giving that
/// up gives this up too.</param>
public sealed record UndoStep(
    string Name, int Order, StepLimits Limits, StepCommand Command,
    bool SignOfLife = false, bool OnlyAsks = false, bool ServesAgain = false, string? AfterUndoOf = null);

/// <summary>A step after the commit point. It has no undo, by type.</summary>
/// <param name="Essential">Whether the migration has failed without it; otherwise it becomes a leftover.</param>
public sealed record ForwardStep(string Name, StepLimits Limits, StepCommand? Command, bool Essential = false);
