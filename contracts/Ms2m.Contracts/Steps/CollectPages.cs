namespace Ms2m.Contracts;

/// <summary>Engine to target worker, after the commit point of a move with post-copy: say when the last page of the instance's
/// memory has come from the source. When one can come no more, the worker kills the instance before it could read zeros
/// instead, and the step fails.</summary>
public sealed record CollectPages(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Target worker to engine: the instance has all of its memory, and nobody needs the source's any more.</summary>
/// <param name="Bytes">Of memory that came after the checkpoint.</param>
/// <param name="Ms">From the first page that was asked for until the last had come.</param>
public sealed record PagesCollected(
    Guid MigrationId, string Step, int Attempt, string Node, long Bytes, double Ms) : IStepMessage;
