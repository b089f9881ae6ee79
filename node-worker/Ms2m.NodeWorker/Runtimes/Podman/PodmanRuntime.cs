using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Networks;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>Containers by podman with runc.</summary>
public sealed partial class PodmanRuntime(
    PodmanApi podman, PodmanPlaces places, IWorkloadNetworks networks, ILogger<PodmanRuntime> log) : IContainerRuntime
{
    private readonly ControlGroups _groups = new(places);
    private readonly CriuConfigurations _criu = new(places);

    /// <summary>A call that only asks or changes podman's own records.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(15);

    /// <summary>A call that starts or ends processes.</summary>
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(60);

    /// <summary>A call that moves a process's whole memory.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    public async Task<Outcome<Container>> RunAsync(ContainerRequest request, CancellationToken cancel)
    {
        var found = await FindAsync(request.Name, cancel);
        if (found.Failed)
            return found.Trouble;
        if (found.Value is { } existing)
        {
            if (existing.Spec is null)
                return NodeFailures.NameTaken(request.Name);
            if (existing.IsRunning || existing.IsFrozen)
                return existing;
            // An ended container would start with the leftovers of its last life.
            if (await RemoveAsync(request.Name, cancel) is { Failed: true } removal)
                return removal.Trouble!;
        }
        var created = await CreateAsync(request, cancel);
        if (created.Failed)
            return created.Trouble;
        // Before its program runs: that may look for others at once.
        if (request.Spec.Address is not null && await networks.AttachAsync(request.Name, cancel) is { Failed: true } attaching)
            return attaching.Trouble;
        var started = await podman.PostAsync($"containers/{request.Name}/start", null, Slow, cancel);
        if (started.Failed)
            return started.Trouble;
        if (!started.Value.IsSuccess)
            return started.Value.Refusal($"start '{request.Name}'");
        var running = await FindAsync(request.Name, cancel);
        if (running.Failed)
            return running.Trouble;
        return running.Value is { IsRunning: true } container ? container : NodeFailures.EndedAtOnce(request.Name);
    }

    public async Task<Outcome<IReadOnlyList<Container>>> ListAsync(CancellationToken cancel)
    {
        var filters = Uri.EscapeDataString($$"""{"label":["{{Labels.Instance}}"]}""");
        var reply = await podman.GetAsync($"containers/json?all=true&filters={filters}", Quick, cancel);
        if (reply.Failed)
            return reply.Trouble;
        if (!reply.Value.IsSuccess)
            return reply.Value.Refusal("list containers");
        var listed = new List<Container>();
        foreach (var c in reply.Value.Read<List<ListedContainer>>())
        {
            if (Labels.SpecOf(c.Labels) is { } spec)
            {
                var name = c.Names is [var first, ..] ? first : c.Id;
                listed.Add(new Container(c.Id, name, spec, await StateAsync(name, c.State, cancel), c.Pid,
                    c.ExitCode, c.Pod));
            }
        }
        return listed;
    }

    public async Task<Outcome<Container?>> FindAsync(string name, CancellationToken cancel)
    {
        var found = await InspectAsync(name, cancel);
        if (found.Failed)
            return found.Trouble;
        return found.Value is { } c
            ? new Container(c.Id, c.Name, Labels.SpecOf(c.Config?.Labels), StateOf(c), c.State.Pid, c.State.ExitCode)
            : (Container?)null;
    }

    public async Task<Outcome<bool>> HasImageAsync(string image, CancellationToken cancel)
    {
        var reply = await podman.GetAsync($"images/{Uri.EscapeDataString(image)}/exists", Quick, cancel);
        if (reply.Failed)
            return reply.Trouble;
        if (reply.Value.IsMissing)
            return false;
        return reply.Value.IsSuccess ? true : reply.Value.Refusal($"look for the image '{image}'");
    }

    public async Task<Outcome<IReadOnlyList<string>>> ImagesAsync(CancellationToken cancel)
    {
        var reply = await podman.GetAsync("images/json", Quick, cancel);
        if (reply.Failed)
            return reply.Trouble;
        if (!reply.Value.IsSuccess)
            return reply.Value.Refusal("list images");
        return reply.Value.Read<List<ListedImage>>().SelectMany(image => image.RepoTags ?? []).Distinct().Order(StringComparer.Ordinal).ToList();
    }

    public async Task<Outcome<Done>> RemoveAsync(string name, CancellationToken cancel)
    {
        var reply = await podman.DeleteAsync(
            $"containers/{name}?force=true&timeout=0&v=true&ignore=true", Slow, cancel);
        if (reply.Failed)
            return reply.Trouble;
        if (!reply.Value.IsSuccess && !reply.Value.IsMissing)
            return reply.Value.Refusal($"remove '{name}'");
        _groups.Forget(name);
        _criu.Forget(name);
        if (await RemoveVolumesAsync(name, cancel) is { } volumes)
            return volumes;
        return await networks.RemoveAsync(name, cancel);
    }

    public Task<Outcome<Done>> WatchExitsAsync(Action look, CancellationToken cancel)
    {
        // What the event says is not used: the container's state is asked for, so none is missed or believed twice.
        var filters = Uri.EscapeDataString(
            $$"""{"type":["container"],"event":["died","remove"],"label":["{{Labels.Instance}}"]}""");
        // Since a little before: podman does not say when it has begun to watch.
        return podman.FollowAsync($"events?stream=true&since=10s&filters={filters}", look, cancel);
    }

    private async Task<Outcome<Done>> CreateAsync(ContainerRequest request, CancellationToken cancel)
    {
        if (request.Spec.Address is { } address)
        {
            if (await networks.PrepareAsync(request.Name, address, cancel) is { Failed: true } network)
                return network;
            _criu.Write(request.Name);
        }
        var reply = await podman.PostAsync("containers/create", Describe(request), Slow, cancel);
        if (reply.Failed)
            return reply.Trouble;
        if (reply.Value.IsMissing)
            return NodeFailures.NoSuchImage(request.Spec.Image);
        return reply.Value.IsSuccess ? Done.It : reply.Value.Refusal($"create '{request.Name}'");
    }

    private NewContainer Describe(ContainerRequest request) => new()
    {
        Name = request.Name,
        Image = request.Spec.Image,
        Command = request.Spec.Command,
        Env = request.Spec.Environment,
        Labels = Labels.For(request.Name, request.Spec),
        // CRIU reads this file at each dump and restore of the container.
        Annotations = new Dictionary<string, string> { ["org.criu.config"] = _criu.PathFor(request.Name, request.Spec) },
        Network = request.Spec.Address is null ? new("host") : new("path", NetworkNames.Path(request.Name)),
        Volumes = request.Spec.Volumes?.Select(v => new NewVolume($"{VolumesOf(request.Name)}{v.Name}", v.Path)).ToList(),
        Mounts = [new("bind", request.InstanceFolder, Path.GetDirectoryName(InstanceFile.DefaultPath)!, ["rbind", "rw"])],
    };

    private async Task<Outcome<InspectedContainer?>> InspectAsync(string name, CancellationToken cancel)
    {
        var reply = await podman.GetAsync($"containers/{name}/json", Quick, cancel);
        if (reply.Failed)
            return reply.Trouble;
        if (reply.Value.IsMissing)
            return (InspectedContainer?)null;
        if (!reply.Value.IsSuccess)
            return reply.Value.Refusal($"look at '{name}'");
        try
        {
            return reply.Value.Read<InspectedContainer>();
        }
        catch (JsonException e)
        {
            return NodeFailures.PodmanRefused($"describe '{name}'", reply.Value.Status, e.Message);
        }
    }
}
