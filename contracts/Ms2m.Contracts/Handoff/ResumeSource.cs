namespace Ms2m.Contracts;

/// <summary>Engine to source instance, when rolling back: stop journaling and, if quiesced, take messages again.</summary>
public sealed record ResumeSource(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;

/// <summary>Source instance to engine: it serves as before the migration.</summary>
public sealed record SourceResumed(Guid MigrationId, string Step, int Attempt, string InstanceId) : IStepMessage;
