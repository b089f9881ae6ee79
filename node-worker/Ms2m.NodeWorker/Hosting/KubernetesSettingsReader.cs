using Ms2m.Kubernetes.Configuration;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Reads what is only looked at where containers are pods'.</summary>
internal static class KubernetesSettingsReader
{
    private const string RuntimeKey = "MS2M_RUNTIME";

    /// <summary>Null where containers are podman's.</summary>
    public static KubernetesSettings? Read(Func<string, string?> setting, List<string> problems)
    {
        string Text(string key, string otherwise) => setting(key)?.Trim() is { Length: > 0 } value ? value : otherwise;

        string Folder(string key, string otherwise)
        {
            var value = Text(key, otherwise);
            if (!Path.IsPathFullyQualified(value))
                problems.Add($"{key} must be an absolute path, not '{value}'.");
            return Path.TrimEndingDirectorySeparator(value);
        }

        // It becomes part of a program's argument.
        string? Plain(string key, string? otherwise)
        {
            var value = Text(key, otherwise ?? "");
            if (!value.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.') || value.StartsWith('-'))
                problems.Add($"{key} must be made of letters, digits, hyphens, dots and underscores.");
            return value.Length == 0 ? null : value;
        }

        T Word<T>(string key, string allowed)
            where T : struct, Enum
        {
            var value = Text(key, default(T).ToString());
            if (Enum.TryParse<T>(value, ignoreCase: true, out var word) && Enum.IsDefined(word) && !char.IsAsciiDigit(value[0]))
                return word;
            problems.Add($"{key} must be {allowed}.");
            return default;
        }

        switch (Text(RuntimeKey, "podman"))
        {
            case "podman":
                return null;
            case "kubernetes":
                break;
            default:
                problems.Add($"{RuntimeKey} must be podman or kubernetes.");
                return null;
        }
        var found = KubernetesConnection.Find(key => key == KubernetesConnection.Variable ? Text(key, "in-cluster") : setting(key));
        if (found.Problem is { } problem)
            problems.Add(problem);
        var otherwise = new KubernetesSettings();
        return new KubernetesSettings
        {
            Connection = found.Connection,
            Kubelet = Word<KubeletWay>("MS2M_KUBELET", "auto, direct or proxy"),
            KubeletCheckpoints = Folder("MS2M_KUBELET_CHECKPOINTS", otherwise.KubeletCheckpoints),
            Images = Word<ImageWay>("MS2M_IMAGES", "load or registry"),
            ContainerdSocket = Folder("MS2M_CONTAINERD_SOCKET", otherwise.ContainerdSocket),
            ContainerdSnapshotter = Plain("MS2M_CONTAINERD_SNAPSHOTTER", null),
            CrioDriver = Plain("MS2M_CRIO_DRIVER", otherwise.CrioDriver)!,
            CrioStorage = Folder("MS2M_CRIO_STORAGE", otherwise.CrioStorage),
            CrioRun = Folder("MS2M_CRIO_RUN", otherwise.CrioRun),
            CriuConfiguration = Folder("MS2M_CRIU_CONFIG", otherwise.CriuConfiguration),
        };
    }
}
