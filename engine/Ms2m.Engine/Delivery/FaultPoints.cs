using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Ms2m.Engine.Tests")]

namespace Ms2m.Engine.Delivery;

/// <summary>The places where a crash would hurt most, so that tests can crash there. Nothing happens at them otherwise.</summary>
internal sealed class FaultPoints
{
    /// <summary>Everything is stored, nothing is sent.</summary>
    public Func<CancellationToken, Task> AfterCommit { get; set; } = _ => Task.CompletedTask;

    /// <summary>Everything is sent, nothing is forgotten.</summary>
    public Func<CancellationToken, Task> AfterSend { get; set; } = _ => Task.CompletedTask;
}
