using System.Globalization;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

/// <summary>A checkpoint that was ordered of the kubelet: which archive is ours, should nobody be left who knows its name. The
/// kubelet itself never removes one, and others may have some there.</summary>
/// <param name="Prefix">How the archive's name begins.</param>
/// <param name="Before">What was there under such a name.</param>
/// <param name="From">When it was ordered.</param>
/// <param name="To">When it was given up at the latest.</param>
public sealed record ArchiveNote(string Prefix, IReadOnlyList<string> Before, DateTimeOffset From, DateTimeOffset To)
{
    private const string Suffix = ".tar";

    /// <summary>Names have whole seconds.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    public static string PrefixOf(string pod, string ns, string container) => $"checkpoint-{pod}_{ns}-{container}-";

    /// <summary>Whether a file of that name came of the order: a name such as
    /// <c>checkpoint-sc-0_tr-c-2026-11-20T15:32:58Z.tar</c>, or with an offset in place of the Z.</summary>
    public bool IsOurs(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && !Before.Contains(name)
        && DateTimeOffset.TryParseExact(
            name[Prefix.Length..^Suffix.Length], "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && at >= From - Grain && at <= To + Grain;
}
