using System.Text.RegularExpressions;
using Ms2m.Contracts;

namespace Ms2m.Engine.Pods;

/// <summary>The ids of a workload's instances that are pods: its name and the beginning of the pod's uid, with the number of
/// restarts where its container was started again, or its name and the beginning of a migration's id.</summary>
internal static partial class PodInstances
{
    /// <summary>Names that are longer are cut before an id is made of them.</summary>
    private const int MaxName = 48;

    /// <summary>Whether a pod of the workload that was started anew can have that id.</summary>
    public static bool IsOf(string workload, string? instance) =>
        Names.IsValid(workload) && Names.IsValid(instance) && Rest(workload, instance) is { } rest && Started().IsMatch(rest);

    /// <summary>The instance of the workload whose broker user that is; null when it is nobody's of it.</summary>
    public static string? UserOf(string workload, string user)
    {
        var prefix = Names.InstanceUser("");
        return user.StartsWith(prefix, StringComparison.Ordinal) && Rest(workload, user[prefix.Length..]) is { } rest
            && (Started().IsMatch(rest) || Moved().IsMatch(rest)) ? user[prefix.Length..] : null;
    }

    private static string? Rest(string workload, string instance)
    {
        var name = workload[..Math.Min(workload.Length, MaxName)].TrimEnd('-') + "-";
        return instance.StartsWith(name, StringComparison.Ordinal) ? instance[name.Length..] : null;
    }

    [GeneratedRegex(@"\A[0-9a-f]{8}(-[0-9]{1,4})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Started();

    [GeneratedRegex(@"\A[0-9a-f]{12}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Moved();
}
