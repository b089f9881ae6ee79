using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What the worker says to the rest of the system.</summary>
public interface IBusSender
{
    /// <summary>An answer of a step, to the saga.</summary>
    Task AnswerAsync(IStepMessage answer, CancellationToken cancel);

    /// <summary>An answer outside a migration, to whoever asked.</summary>
    Task PublishAsync(object answer, CancellationToken cancel);

    Task ReportAsync(NodeReported report, CancellationToken cancel);
}
