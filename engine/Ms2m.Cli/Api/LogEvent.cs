using System.Text.Json;

namespace Ms2m.Cli.Api;

/// <summary>One event of a migration's log.</summary>
/// <param name="Version">Position in the migration's stream, from 1.</param>
/// <param name="Sequence">Position in the whole log.</param>
/// <param name="Type">Such as <c>checkpoint_taken</c>.</param>
/// <param name="Data">The record of the same name in Ms2m.Contracts.</param>
public sealed record LogEvent(long Version, long Sequence, string Type, DateTimeOffset At, JsonElement Data);
