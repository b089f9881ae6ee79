namespace Ms2m.Tests.Simulation;

/// <summary>From which state a container began.</summary>
internal enum Origin
{
    /// <summary>The image of the owner's template: it knows nothing.</summary>
    Template,

    /// <summary>An image made from a checkpoint.</summary>
    Checkpoint,
}

/// <summary>A process that lives on a node, whatever the server believes.</summary>
/// <param name="LetIn">Has been told at some time since its start that it is the active one, and is not untold: what a process
/// has read stays read.</param>
internal sealed record RunningContainer(
    string Pod, string Uid, string Node, string? Workload, string? Instance, Origin Origin, bool LetIn, int Restarts);

/// <summary>One start of a container, for the record.</summary>
/// <param name="LetIn">Whether its instance file said at that moment that it is the active one.</param>
internal sealed record ContainerStart(
    string Pod, string Uid, string Node, string? Workload, string? Instance, Origin Origin, bool LetIn, int Restarts);
