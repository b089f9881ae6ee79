using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ms2m.Eval.Lab;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.EndToEnd.Tests.Kubernetes;

/// <summary>Does on a node of the lab what a kubelet with CRI-O does, with podman in CRI-O's place: both keep their images in the
/// same storage, and checkpoint and restore with the same runc and CRIU. It shows annotations to the container by turning
/// a link, restarts what ends, takes checkpoints and restores containers from checkpoint images.</summary>
internal sealed class PodmanKubelet(string node, string address, LabTool tool, IKubernetesApi api, string workloadKey)
{
    public const string Folder = "/var/lib/kubelet";

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    /// <summary>By the pod's uid.</summary>
    private readonly Dictionary<string, Served> _served = [];

    private int _versions;

    /// <summary>Pods whose containers it cannot make.</summary>
    public Func<Pod, bool> Fails { get; set; } = _ => false;

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            var pods = await api.ListAsync(Kinds.Pods, new Selection(Fields: $"spec.nodeName={node}"), cancel);
            foreach (var pod in pods.Value.Items)
            {
                await ServeAsync(pod, cancel);
            }

            foreach (var (uid, gone) in _served.Where(one => pods.Value.Items.All(pod => pod.Metadata.Uid != one.Key)).ToList())
            {
                await Must($"podman rm -f -t 0 {gone.Name}", cancel);
                _served.Remove(uid);
            }

            await Task.Delay(_look, cancel);
        }
    }

    /// <summary>Nothing of another run is left.</summary>
    public Task CleanAsync(CancellationToken cancel) => Must(
        $"podman rm -f -t 0 $(podman ps -aq --filter label=kubelet) >/dev/null 2>&1; rm -rf {Folder}; mkdir -p {Folder}/checkpoints {Folder}/pods", cancel);

    /// <summary>Status and text of the answer, as a kubelet gives them.</summary>
    public async Task<(int Code, string Text)> CheckpointAsync(CheckpointOrder order)
    {
        if (_served.Values.FirstOrDefault(one => one.Pod == order.Pod && one.Container == order.Container) is not { } container)
        {
            return (404, $"pod {order.Pod}_{order.Namespace}({order.Container}) does not exist\n");
        }

        var time = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var archive = $"{Folder}/checkpoints/checkpoint-{order.Pod}_{order.Namespace}-{order.Container}-{time}.tar";
        return await tool.InNode(
            node, $"podman container checkpoint --leave-running --compress none --export {archive} {container.Name} 2>&1", CancellationToken.None) is not null
            ? (200, archive)
            : (500, $"checkpointing of {order.Namespace}/{order.Pod}/{order.Container} failed\n");
    }

    private async Task ServeAsync(Pod pod, CancellationToken cancel)
    {
        var uid = pod.Metadata.Uid!;
        if (pod.Metadata.IsGoing)
        {
            if (_served.Remove(uid, out var going))
            {
                await Must($"podman rm -f -t 1 {going.Name}", cancel);
            }

            await api.DeleteAsync(Kinds.Pods, NameOf(pod), new Deletion { Uid = uid, GracePeriodSeconds = 0 }, cancel);
        }
        else if (!_served.TryGetValue(uid, out var served))
        {
            await StartAsync(pod, cancel);
        }
        else
        {
            await KeepAsync(pod, served, cancel);
        }
    }

    private async Task StartAsync(Pod pod, CancellationToken cancel)
    {
        var container = pod.Spec!.Containers![0];
        var served = new Served($"k8s_{container.Name}_{pod.Metadata.Name}_{pod.Metadata.Uid}", pod.Metadata.Name!, container.Name)
        {
            Annotation = pod.Metadata.Annotation(Markings.InstanceFile),
        };
        await ShowAsync(pod.Metadata.Uid!, served.Annotation, cancel);
        var started = Fails(pod) ? null : pod.Metadata.Annotation(Markings.BaseImage) is null
            ? await tool.InNode(node, $"podman run -d --name {served.Name} --label kubelet=1 {Environment(container)} --network host -v {Volume(pod)}:/ms2m:rbind {container.Image} 2>&1", cancel)
            : await tool.InNode(node, Restoring(pod, served, container.Image!), cancel);
        if (started is null)
        {
            await SayAsync(pod, new JsonObject
            {
                ["phase"] = "Pending",
                ["containerStatuses"] = new JsonArray(Status(
                    served, "waiting", new JsonObject { ["reason"] = "CreateContainerError", ["message"] = "podman refused" }, ready: false)),
            }, cancel);
            return;
        }

        served.Id = (await Must($"podman inspect --format '{{{{.Id}}}}' {served.Name}", cancel)).Trim();
        _served[pod.Metadata.Uid!] = served;
        await SayRunningAsync(pod, served, cancel);
    }

    private async Task KeepAsync(Pod pod, Served served, CancellationToken cancel)
    {
        if (pod.Metadata.Annotation(Markings.InstanceFile) is var annotation && annotation != served.Annotation)
        {
            served.Annotation = annotation;
            await ShowAsync(pod.Metadata.Uid!, annotation, cancel);
        }

        var state = (await tool.InNode(node, $"podman inspect --format '{{{{.State.Status}}}}' {served.Name}", cancel))?.Trim();
        if (state is "running" or "paused" || pod.Status?.Phase == "Failed")
        {
            return;
        }

        if (pod.Spec!.RestartPolicy == "Never")
        {
            await SayAsync(pod, new JsonObject
            {
                ["phase"] = "Failed",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "False" }),
                ["containerStatuses"] = new JsonArray(Status(
                    served, "terminated", new JsonObject { ["exitCode"] = 1, ["reason"] = "Error" }, ready: false)),
            }, cancel);
            return;
        }

        served.Restarts++;
        await Must($"podman start {served.Name}", cancel);
        await SayRunningAsync(pod, served, cancel);
    }

    /// <summary>What the kubelet's atomic writer does: a new folder, then one link is turned.</summary>
    private Task<string> ShowAsync(string uid, string? annotation, CancellationToken cancel)
    {
        var (folder, version) = ($"{Folder}/pods/{uid}/ms2m", $"..{++_versions}");
        var content = Convert.ToBase64String(Encoding.UTF8.GetBytes(annotation ?? ""));
        return Must(
            $"set -e; mkdir -p {folder}/{version}; echo {content} | base64 -d >{folder}/{version}/instance.json; "
            + $"printf %s {workloadKey} >{folder}/{version}/workload.key; ln -sfn {version} {folder}/..tmp; mv -T {folder}/..tmp {folder}/..data; "
            + $"ln -sfn ..data/instance.json {folder}/instance.json; ln -sfn ..data/workload.key {folder}/workload.key", cancel);
    }

    // The archive's own names of the pod's folders are the source pod's.
    private static string Restoring(Pod pod, Served served, string image) =>
        $"set -e; into={Folder}/restore-{pod.Metadata.Uid}; mkdir -p $into; from=$(podman image mount {image}); cp -a $from/. $into/; podman image umount {image} >/dev/null; "
        + $"sed -i 's,{Folder}/pods/[0-9a-f-]*/ms2m,{Volume(pod)},g' $into/config.dump $into/spec.dump; "
        + $"tar -C $into -cf $into.tar .; rm -rf $into; podman container restore --import $into.tar --name {served.Name} 2>&1; rm -f $into.tar";

    private static string Volume(Pod pod) => $"{Folder}/pods/{pod.Metadata.Uid}/ms2m";

    private static string Environment(PodContainer container) =>
        container.Others?.TryGetValue("env", out var all) == true
            ? string.Join(' ', all.EnumerateArray().Select(one => $"--env {one.GetProperty("name").GetString()}={one.GetProperty("value").GetString()}"))
            : "";

    private Task SayRunningAsync(Pod pod, Served served, CancellationToken cancel) => SayAsync(pod, new JsonObject
    {
        ["phase"] = "Running",
        ["hostIP"] = address,
        ["podIP"] = address,
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
        ["containerStatuses"] = new JsonArray(Status(
            served, "running", new JsonObject { ["startedAt"] = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture) }, ready: true)),
    }, cancel);

    private static JsonObject Status(Served served, string state, JsonObject detail, bool ready) => new()
    {
        ["name"] = served.Container,
        ["ready"] = ready,
        ["restartCount"] = served.Restarts,
        ["containerID"] = $"cri-o://{served.Id}",
        ["state"] = new JsonObject { [state] = detail },
    };

    private async Task SayAsync(Pod pod, JsonObject status, CancellationToken cancel)
    {
        var said = await api.PatchAsync(Kinds.Pods, NameOf(pod), Patch.Merge(new JsonObject { ["status"] = status }), cancel, "status");
        Assert.True(said.Problem is null or { IsMissing: true }, said.Problem?.Message);
    }

    private async Task<string> Must(string script, CancellationToken cancel) =>
        await tool.InNode(node, script, cancel) ?? throw new InvalidOperationException($"On {node} failed: {script}");

    private static ObjectName NameOf(Pod pod) => new(pod.Metadata.Namespace, pod.Metadata.Name!);

    private sealed record Served(string Name, string Pod, string Container)
    {
        public string Id { get; set; } = "";

        public string? Annotation { get; set; }

        public int Restarts { get; set; }
    }
}
