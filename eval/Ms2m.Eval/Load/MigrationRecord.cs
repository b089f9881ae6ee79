using Ms2m.Cli.Api;
using Ms2m.Cli.Moving;

namespace Ms2m.Eval.Load;

/// <summary>One migration as it was seen from outside: the engine's view of it at its end, and its log.</summary>
/// <param name="RequestedAt">When the request was published.</param>
internal sealed record MigrationRecord(
    MigrationView View, IReadOnlyList<LogEvent> Events, DateTimeOffset RequestedAt)
{
    /// <summary>From the request's publishing to the last event, on one machine's clock: includes the way to the engine.</summary>
    public double RequestToEndMs => Events.Count == 0 ? 0 : (Events[^1].At - RequestedAt).TotalMilliseconds;

    public double? WorkMs(string type, string field) =>
        Events.LastOrDefault(one => one.Type == type) is { } happened
            && happened.Data.TryGetProperty(field, out var value) && value.TryGetDouble(out var ms)
            ? ms
            : null;

    public DateTimeOffset? TimeOf(string type) => Events.LastOrDefault(one => one.Type == type)?.At;

    /// <summary>Starts a migration, in the way that the engine chooses, and follows it to its end.</summary>
    public static Task<MigrationRecord> Make(
        Cluster cluster, string workload, string target, Action<MigrationView> changed, CancellationToken cancel) =>
        Make(cluster, workload, target, new Move(), changed, cancel);

    /// <summary>As above, in the way that was asked for.</summary>
    public static async Task<MigrationRecord> Make(
        Cluster cluster, string workload, string target, Move move, Action<MigrationView> changed, CancellationToken cancel)
    {
        var requestedAt = TimeProvider.System.GetUtcNow();
        var started = await cluster.Migrations.Start(workload, target, move, cancel);
        var events = new List<LogEvent>();
        var follower = new MigrationFollower(cluster.Engine, started.MigrationId, TimeProvider.System);
        var ended = await follower.ToTheEnd(
            (batch, view) =>
            {
                events.AddRange(batch);
                changed(view);
            },
            cancel);
        return new MigrationRecord(ended, events, requestedAt);
    }
}
