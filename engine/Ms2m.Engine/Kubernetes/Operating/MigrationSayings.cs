using System.Globalization;
using Ms2m.Kubernetes.Resources;
using Ms2m.Migrations;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>What is said about an object when its status changes: its beginning, each phase's end, its end.</summary>
internal static class MigrationSayings
{
    private static readonly string[] _calm = [nameof(Phase.Completed), nameof(Phase.Cancelled)];

    public static IEnumerable<Saying> Between(StatefulMigrationStatus? before, StatefulMigrationStatus after)
    {
        var accepted = Find(after, StatusProjection.Accepted);
        if (accepted is { Status: "True" } && Find(before, StatusProjection.Accepted) is not { Status: "True" })
        {
            yield return new Saying("Accepted", accepted.Message ?? "");
        }

        foreach (var (phase, ms) in after.PhaseTimings ?? new Dictionary<string, long>())
        {
            if (before?.PhaseTimings?.GetValueOrDefault(phase) != ms)
            {
                yield return new Saying(phase, string.Create(CultureInfo.InvariantCulture, $"{phase} took {ms} ms."));
            }
        }

        if (Find(after, StatusProjection.Completed) is { Status: "True" or "False" } end
            && Find(before, StatusProjection.Completed) is not { Status: "True" or "False" })
        {
            yield return new Saying(
                after.Phase ?? "Ended",
                end.Status == "True" ? end.Message ?? "" : $"{end.Message} ({end.Reason})",
                IsWarning: !_calm.Contains(after.Phase));
        }
    }

    private static Condition? Find(StatefulMigrationStatus? status, string type) =>
        status?.Conditions?.FirstOrDefault(one => one.Type == type);
}
