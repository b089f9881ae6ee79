namespace Ms2m.Contracts;

/// <summary>Anything that is about one migration.</summary>
public interface IMigrationMessage
{
    /// <summary>Names the migration; also the id of its event stream.</summary>
    Guid MigrationId { get; }
}

/// <summary>A command of a step, or the answer to one. Commands may come twice; the receiver works once for each
/// (<see cref="IMigrationMessage.MigrationId"/>, <see cref="Step"/>, <see cref="Attempt"/>) and repeats its first
/// answer to every further copy.</summary>
public interface IStepMessage : IMigrationMessage
{
    /// <summary>The step's name in the plan, as in <see cref="StepNames"/>.</summary>
    string Step { get; }

    /// <summary>1 for the first try. An answer that nobody waits for any more changes nothing.</summary>
    int Attempt { get; }
}
