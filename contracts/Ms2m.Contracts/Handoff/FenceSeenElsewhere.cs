namespace Ms2m.Contracts;

/// <summary>A consumer of Q that got a fence meant for another instance, to that instance, through the control
/// exchange: the fence has left Q. Without it a source beside competing consumers would send payloads for ever.</summary>
/// <param name="SeenBy">The instance that got the fence.</param>
public sealed record FenceSeenElsewhere(Guid MigrationId, string SeenBy) : IMigrationMessage;
