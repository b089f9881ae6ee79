namespace Ms2m.Cli.Api;

/// <summary>Something that a migration has left behind, as the engine tells it.</summary>
/// <param name="Place">A node's name, or <c>broker</c>.</param>
public sealed record GarbageView(
    string Place, string Kind, string Name, Guid MigrationId, long Bytes, bool Removable, string Why);
