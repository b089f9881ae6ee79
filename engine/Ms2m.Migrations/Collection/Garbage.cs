namespace Ms2m.Migrations;

/// <summary>Something that a migration has left behind.</summary>
/// <param name="Place">A node's name, or <c>broker</c>.</param>
/// <param name="Kind">What it is: <c>container</c>, <c>reservation</c>, <c>incoming-checkpoint</c>,
/// <c>outgoing-checkpoint</c>, <c>queue</c>, or <c>user</c>: an instance's at the broker.</param>
/// <param name="Removable">Whether the log says that nobody needs it.</param>
/// <param name="Why">In words.</param>
public sealed record Garbage(
    string Place, string Kind, string Name, Guid MigrationId, long Bytes, bool Removable, string Why);
