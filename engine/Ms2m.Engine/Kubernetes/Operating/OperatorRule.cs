using Ms2m.Kubernetes.Resources;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>What is to be done for an object, from what it says and what the log says.</summary>
internal static class OperatorRule
{
    /// <param name="asked">As last seen.</param>
    /// <param name="look">Null where the log knows nothing of it.</param>
    public static OperatorAct Next(StatefulMigration asked, MigrationLook? look) => (asked.Metadata.IsGoing, Holds(asked), look) switch
    {
        (true, false, _) => OperatorAct.Nothing,
        // Whatever its request is doing: it must not begin after its object is gone.
        (true, true, null) => IsSettled(asked) ? OperatorAct.LetGo : OperatorAct.Withdraw,
        (_, true, { View.Finished: true }) => OperatorAct.ShowAndLetGo,
        (true, true, { State: Queued or Moving, CancelAnswered: false }) => OperatorAct.Cancel,
        (_, var holds, _) when IsSettled(asked) => holds ? OperatorAct.LetGo : OperatorAct.Nothing,
        (false, _, null) => HasBegun(asked) ? OperatorAct.Forgotten : OperatorAct.Begin,
        _ => OperatorAct.Show,
    };

    /// <summary>Whether its end has been shown; the log may be pruned after it. Its spec cannot change, and its generation says
    /// only that it was deleted.</summary>
    public static bool IsSettled(StatefulMigration asked) =>
        asked.Status?.Conditions?.Any(one => one is { Type: StatusProjection.Completed, Status: "True" or "False" }) == true;

    public static bool Holds(StatefulMigration asked) => asked.Metadata.Finalizers?.Contains(Markings.CancelFinalizer) == true;

    // Of an engine with another store, or one that was lost: to begin it a second time is nobody's wish.
    private static bool HasBegun(StatefulMigration asked) =>
        asked.Status is { Phase: { } phase } && phase != nameof(Migrations.Phase.Pending);
}

internal enum OperatorAct
{
    Nothing,

    /// <summary>Check what is asked for, and send it.</summary>
    Begin,

    /// <summary>Its object says that it runs and the log does not know it: say so.</summary>
    Forgotten,

    /// <summary>Make certain that a request on its way does not begin.</summary>
    Withdraw,

    Cancel,

    /// <summary>Bring the object up to what the log says.</summary>
    Show,

    /// <summary>As above, and then let the object be deleted.</summary>
    ShowAndLetGo,

    LetGo,
}
