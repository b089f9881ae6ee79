using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What the worker says to the rest of the system.</summary>
public interface IBusSender
{
    /// <summary>The answer of a step, or news of an instance, to the saga.</summary>
    /// <param name="answered">The command that it answers; null for news that nobody asked for.</param>
    Task AnswerAsync(IMigrationMessage answer, Arrival? answered, CancellationToken cancel);

    /// <summary>An answer outside a migration, to whoever asked.</summary>
    Task PublishAsync(object answer, CancellationToken cancel);

    Task ReportAsync(NodeReported report, CancellationToken cancel);
}
