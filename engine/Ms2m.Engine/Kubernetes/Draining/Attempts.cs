using System.Security.Cryptography;
using System.Text;
using Ms2m.Engine.Kubernetes.Operating;
using Ms2m.Kubernetes.Resources;
using Ms2m.Migrations;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>What has been tried to move one pod away, from the objects that asked for it.</summary>
internal sealed record Attempts(IReadOnlyList<StatefulMigration> All, DateTimeOffset Now)
{
    /// <summary>After so many that failed in <see cref="_remembered"/> nobody tries again by himself.</summary>
    public const int Most = 5;

    /// <summary>What failed longer ago says nothing of today.</summary>
    private static readonly TimeSpan _remembered = TimeSpan.FromHours(1);

    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMinutes(5);

    /// <summary>Of drains, and of somebody else who moves the pod just now.</summary>
    public static Attempts Of(Pod pod, IReadOnlyList<StatefulMigration> migrations, DateTimeOffset now) => new(
        [.. migrations.Where(one => one.Metadata.Namespace == pod.Metadata.Namespace
            && (one.Metadata.Label(Markings.PodUid) == pod.Metadata.Uid || IsOfItsName(one, pod)))], now);

    public StatefulMigration? UnderWay => All.FirstOrDefault(one => !HasEnded(one));

    public bool Succeeded => All.Any(one => one.Status?.Phase == nameof(Phase.Completed));

    public int Failed => Failures.Count();

    public bool AreOver => Failed >= Most;

    public IReadOnlySet<string> Tried => Failures.Select(one => one.Spec?.TargetNode ?? "").ToHashSet(StringComparer.Ordinal);

    /// <summary>When the next one may begin.</summary>
    public DateTimeOffset NotBefore => Failed == 0 ? DateTimeOffset.MinValue
        : Failures.Max(EndOf) + (_firstPause * Math.Pow(2, Failed - 1) is var pause && pause < _longestPause ? pause : _longestPause);

    public string? LastReason => Failures.OrderBy(EndOf).LastOrDefault()?.Status?.Conditions?
        .FirstOrDefault(one => one.Type == StatusProjection.Completed)?.Message;

    private IEnumerable<StatefulMigration> Failures => All.Where(
        one => HasEnded(one) && one.Status?.Phase != nameof(Phase.Completed) && Now - EndOf(one) < _remembered);

    /// <summary>Whether it has ended, whatever became of it.</summary>
    public static bool HasEnded(StatefulMigration one) =>
        one.Status?.Conditions?.Any(condition => condition is { Type: StatusProjection.Completed, Status: "True" or "False" }) == true;

    /// <summary>The same for everybody who asks for this attempt, so that it is made once; and never that of one before, as it
    /// follows from its name.</summary>
    public string NextName(Pod pod)
    {
        var last = All.Where(one => one.Metadata.Label(Markings.PodUid) is not null)
            .OrderBy(one => one.Metadata.CreationTimestamp).ThenBy(one => one.Metadata.Name, StringComparer.Ordinal).LastOrDefault();
        var what = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{pod.Metadata.Uid}\n{last?.Metadata.Name}")))[..8];
        var name = pod.Metadata.Name ?? "pod";
        return $"drain-{(name.Length <= 200 ? name : name[..200].TrimEnd('-', '.'))}-{what}";
    }

    /// <summary>A source that comes back after a failure under its fixed name is another pod to the server, and the same to us.
    /// What was moved away for good is another.</summary>
    private static bool IsOfItsName(StatefulMigration one, Pod pod) =>
        one.Spec?.SourcePod == pod.Metadata.Name
        && (one.Metadata.Label(Markings.PodUid) is null
            ? !HasEnded(one)
            : PodPlace.HasFixedName(pod) && one.Metadata.Label(Markings.DrainedNode) == pod.Spec?.NodeName
                && one.Status?.Phase != nameof(Phase.Completed));

    private static DateTimeOffset EndOf(StatefulMigration one) =>
        one.Status?.Conditions?.FirstOrDefault(condition => condition.Type == StatusProjection.Completed)?.LastTransitionTime
        ?? one.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue;
}
