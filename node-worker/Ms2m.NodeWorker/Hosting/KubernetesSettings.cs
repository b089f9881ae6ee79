using Ms2m.Kubernetes.Configuration;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>What a worker needs to know where containers are pods' (MS2M_RUNTIME=kubernetes). Paths are the node's, and the
/// worker's too: its pod mounts them where they are.</summary>
public sealed record KubernetesSettings
{
    /// <summary>MS2M_KUBERNETES: <c>in-cluster</c> or the path of a kubeconfig. Default in-cluster. MS2M_KUBELET_CA and
    /// MS2M_KUBELET_INSECURE: by what a kubelet is known.</summary>
    public KubernetesConnection? Connection { get; init; }

    /// <summary>MS2M_KUBELET: <c>direct</c> asks the node's kubelet for checkpoints, which takes <c>create nodes/checkpoint</c>;
    /// <c>proxy</c> asks through the API server, which takes <c>create nodes/proxy</c>, a right to much more; <c>auto</c> asks
    /// directly and, where the kubelet cannot be reached or trusted, through the server. Default auto.</summary>
    public KubeletWay Kubelet { get; init; } = KubeletWay.Auto;

    /// <summary>MS2M_KUBELET_CHECKPOINTS: where the kubelet puts archives. Default /var/lib/kubelet/checkpoints.</summary>
    public string KubeletCheckpoints { get; init; } = "/var/lib/kubelet/checkpoints";

    /// <summary>MS2M_IMAGES: how a checkpoint's image gets to the node's runtime. <c>load</c> puts it into the runtime's own
    /// storage; <c>registry</c> pushes it to MS2M_REGISTRY, whence the kubelet pulls it, which takes longer and shows the memory
    /// to whoever may read there. Default load.</summary>
    public ImageWay Images { get; init; } = ImageWay.Load;

    /// <summary>MS2M_CONTAINERD_SOCKET: containerd's. Default /run/containerd/containerd.sock.</summary>
    public string ContainerdSocket { get; init; } = "/run/containerd/containerd.sock";

    /// <summary>MS2M_CONTAINERD_SNAPSHOTTER: the one that containerd's configuration names for the kubelet's containers, where it
    /// is not containerd's own choice. Absent by default.</summary>
    public string? ContainerdSnapshotter { get; init; }

    /// <summary>MS2M_CRIO_DRIVER: the driver of CRI-O's storage. Default overlay.</summary>
    public string CrioDriver { get; init; } = "overlay";

    /// <summary>MS2M_CRIO_STORAGE: the folder of CRI-O's images. Default /var/lib/containers/storage.</summary>
    public string CrioStorage { get; init; } = "/var/lib/containers/storage";

    /// <summary>MS2M_CRIO_RUN: what CRI-O keeps of them while it runs. Default /run/containers/storage.</summary>
    public string CrioRun { get; init; } = "/run/containers/storage";

    /// <summary>MS2M_CRIU_CONFIG: the node's CRIU configuration for containers. Default /etc/criu/runc.conf.</summary>
    public string CriuConfiguration { get; init; } = "/etc/criu/runc.conf";
}

public enum KubeletWay
{
    Auto,
    Direct,
    Proxy,
}

public enum ImageWay
{
    Load,
    Registry,
}
