using Ms2m.Contracts;
using Ms2m.ModelCheck.Parts;

namespace Ms2m.ModelCheck;

/// <summary>Partial order reduction: states in which some moves are enough, because they commute with every other move that
/// can come before them, and no law can tell the orders apart. docs/model-check.md argues each case.</summary>
internal sealed partial class World
{
    private const Fault Breaking = Fault.SourceDies | Fault.ShadowDies | Fault.SourceLosesLink | Fault.ShadowLosesLink
        | Fault.BrokerRestarts | Fault.BrokerForgets | Fault.SourceCutOff | Fault.SourceNodeDies;

    /// <summary>No connection on which something is on its way can die any more.</summary>
    private bool LinksAreSafe => (FaultsLeft == 0 || (scene.Bounds.Kinds & Breaking) == 0)
        && (Source < 0 || scene.Bounds.OnSourceSilent == SilenceAction.RollBack);

    /// <summary>Whether moves were found that stand for all.</summary>
    private bool Enough(List<Move> into)
    {
        if (!LinksAreSafe)
        {
            return false;
        }
        if (Arrives(into, 0, SourceProcess) || Arrives(into, 1, ShadowProcess))
        {
            return true;
        }
        return FaultsLeft == 0 && CleansUp(into);
    }

    /// <summary>What is on its way on a safe connection arrives, and only its reader, later, can tell when.</summary>
    private static bool Arrives(List<Move> into, byte who, Process? process)
    {
        if (process is not { Linked: true })
        {
            return false;
        }
        if (process.Answers.Count > 0)
        {
            into.Add(new Move(MoveKind.AnswerArrives, who));
        }
        else if (process.EffectsOut.Count > 0)
        {
            into.Add(new Move(MoveKind.EffectArrives, who));
        }
        else if (process.LinesOut.Count > 0)
        {
            into.Add(new Move(MoveKind.LineArrives, who));
        }
        return into.Count > 0;
    }

    /// <summary>When the outcome is decided, cleaning up and going on with the work have nothing to do with each other.</summary>
    private bool CleansUp(List<Move> into)
    {
        if (Deciding.RollsBack || (Deciding.HasCommitted && ShadowProcess is { Consuming: true }))
        {
            MovesOfEngine(into);
        }
        return into.Count > 0;
    }
}
