namespace Ms2m.Contracts;

/// <summary>Asks for a migration to be rolled back. Has no effect once the shadow is promoted. Any AMQP client
/// publishes it as plain JSON to the exchange <see cref="Names.CancelMigration"/>.</summary>
public sealed record CancelMigration(Guid MigrationId, string? RequestedBy = null) : IMigrationMessage;
