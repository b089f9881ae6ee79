namespace Ms2m.Contracts;

/// <summary>The source is taken for lost while its checkpoint lives on: from here the migration fails over forward. The
/// shadow takes over at the end of what the source had journaled; there is no verified handoff, and no way back.</summary>
public sealed record SourceLost(Guid MigrationId, Failure Reason) : IMigrationMessage;
