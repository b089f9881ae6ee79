using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>What the log says of one migration, as far as its object shows it.</summary>
/// <param name="CancelAnswered">Whether a cancel was taken up or refused: asking again would only be refused again.</param>
internal sealed record MigrationLook(
    MigrationView View, MigrationState State, int PreDumps, WorkloadPod? Pod, bool CancelAnswered, IReadOnlyList<PreCheckVerdict> Verdicts)
{
    /// <returns>Null where there is no such migration.</returns>
    public static MigrationLook? Of(Guid id, IReadOnlyList<(IMigrationMessage Event, DateTimeOffset At)> events, DateTimeOffset now)
    {
        if (events.Count == 0)
        {
            return null;
        }

        var fold = new MigrationFold(id);
        var (preDumps, answered) = (0, false);
        WorkloadPod? pod = null;
        IReadOnlyList<PreCheckVerdict> verdicts = [];
        foreach (var (one, at) in events)
        {
            fold.Add(one, at);
            preDumps += (one as PreCopied)?.Rounds.Count ?? 0;
            answered |= one is CancelRefused or RollbackStarted;
            (pod, verdicts) = one switch
            {
                MigrationRequested requested => (requested.Spec.Pod, requested.Verdicts),
                MigrationAdmitted admitted => (admitted.Spec.Pod, verdicts),
                _ => (pod, verdicts),
            };
        }

        return new MigrationLook(fold.View(now), fold.State, preDumps, pod, answered, verdicts);
    }

    /// <summary>Reads the migration's stream.</summary>
    public static async Task<MigrationLook?> ReadAsync(ReadStream streams, Guid id, DateTimeOffset now, CancellationToken token) =>
        Of(id, [.. (await streams.ReadAsync(id, 1, token)).Select(one => ((IMigrationMessage)one.Data, one.Timestamp))], now);
}
