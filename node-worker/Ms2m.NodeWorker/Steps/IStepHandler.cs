using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Steps;

/// <summary>Does one kind of step. Called once for each (migration, step, attempt), and after the steps of the same
/// migration that came before; may be called again for the same after a restart of the worker.</summary>
public interface IStepHandler<in TCommand>
    where TCommand : IStepMessage
{
    /// <param name="answer">Records an answer and sends it, in the order of the calls.</param>
    /// <returns>Why the step failed, or null.</returns>
    Task<Trouble?> HandleAsync(TCommand command, Action<IStepMessage> answer, CancellationToken cancel);
}
