using System.Collections.Concurrent;
using System.Formats.Tar;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Containers that are only remembered. The contract tests keep it honest: what holds of podman holds of it.</summary>
public sealed class FakeRuntime : IContainerRuntime
{
    private readonly ConcurrentDictionary<string, Container> _containers = new();
    private int _ids;
    private Action? _look;

    public HashSet<string> Images { get; } = ["localhost/ms2m/test:latest"];

    /// <summary>Called when a restore is about to run the first restored instruction.</summary>
    public Action<ContainerRequest>? BeforeRestore { get; set; }

    /// <summary>When set, no list is given.</summary>
    public Trouble? ListingFails { get; set; }

    /// <summary>Files that each dump has besides, by their names.</summary>
    public Dictionary<string, byte[]> Besides { get; } = [];

    /// <summary>Called when a list is made and not yet given.</summary>
    public Action? AfterListing { get; set; }

    /// <summary>When set, each dump waits for it.</summary>
    public TaskCompletionSource? HoldDump { get; set; }

    /// <summary>When set, dumps fail once the container stands still.</summary>
    public bool FailDump { get; set; }

    /// <summary>When set, what is said instead of making a pre-dump.</summary>
    public Trouble? PreDumpFails { get; set; }

    /// <summary>Called when a pre-dump is about to be made.</summary>
    public Action? BeforePreDump { get; set; }

    /// <summary>On which pre-dump each dump was to build.</summary>
    public List<PreDump?> Parents { get; } = [];

    /// <summary>What a pre-dump writes, and a dump that builds on it does not.</summary>
    public byte[] PreDumped { get; set; } = [];

    /// <summary>When set, the next restore fails after all is unpacked.</summary>
    public bool FailRestoreOnce { get; set; }

    /// <summary>What is in the archive of changed files; none is made when null.</summary>
    public string? Changed { get; set; }

    /// <summary>Asked before a container is looked for: what is said instead of what is there.</summary>
    public Func<Outcome<Container?>?>? InsteadOfFinding { get; set; }

    /// <summary>Whether every page of a post-copy had come.</summary>
    public bool HasAllPages { get; set; }

    public int Dumps { get; private set; }

    public int Restores { get; private set; }

    /// <summary>Those that will be started; without one no daemon works here.</summary>
    internal ConcurrentQueue<FakePageDaemon> PageDaemons { get; } = new();

    /// <summary>When set, each start of a page daemon waits for it.</summary>
    public TaskCompletionSource? HoldPages { get; set; }

    public int PagesEnded { get; private set; }

    /// <summary>Folders of this machine, by container.</summary>
    public Dictionary<string, IReadOnlyList<MountedVolume>> Volumes { get; } = [];

    /// <summary>Called when a container stands still and its volumes are about to be taken for the last time.</summary>
    public Action? BeforeLastRound { get; set; }

    public Task<Outcome<IReadOnlyList<MountedVolume>>> VolumesAsync(string name, CancellationToken cancel) =>
        Answer<IReadOnlyList<MountedVolume>>(Volumes.GetValueOrDefault(name, []).ToList());

    public Task<Outcome<Container>> RunAsync(ContainerRequest request, CancellationToken cancel)
    {
        if (!Images.Contains(request.Spec.Image))
            return Answer<Container>(NodeFailures.NoSuchImage(request.Spec.Image));
        if (_containers.TryGetValue(request.Name, out var there) && there.IsRunning)
            return Answer<Container>(there);
        return Answer<Container>(_containers[request.Name] = New(request, "running"));
    }

    public Task<Outcome<IReadOnlyList<Container>>> ListAsync(CancellationToken cancel)
    {
        if (ListingFails is { } trouble)
            return Answer<IReadOnlyList<Container>>(trouble);
        var listed = _containers.Values.ToList();
        AfterListing?.Invoke();
        return Answer<IReadOnlyList<Container>>(listed);
    }

    public Task<Outcome<Container?>> FindAsync(string name, CancellationToken cancel) =>
        Answer(InsteadOfFinding?.Invoke() ?? _containers.GetValueOrDefault(name));

    public Task<Outcome<IReadOnlyList<string>>> ImagesAsync(CancellationToken cancel) =>
        Answer<IReadOnlyList<string>>(Images.ToList());

    public Task<Outcome<bool>> HasImageAsync(string image, CancellationToken cancel) =>
        Answer<bool>(Images.Contains(image));

    public async Task<Outcome<Dump>> CheckpointAsync(DumpRequest request, CancellationToken cancel)
    {
        var (name, folder) = (request.Name, request.Folder);
        if (!_containers.TryGetValue(name, out var container))
            return NodeFailures.NoSuchInstance(name);
        if (!container.IsRunning && !(request.StaysFrozen && container.IsFrozen))
            return NodeFailures.NotRunning(name, container.State);
        if (request.StaysFrozen)
            _containers[name] = container with { State = Container.Frozen };
        BeforeLastRound?.Invoke();
        if (request.WhileFrozen?.Invoke(cancel) is { } besides && await besides is { } trouble)
        {
            _containers[name] = container;
            return trouble;
        }
        if (FailDump)
        {
            _containers[name] = container;
            return NodeFailures.DumpFailed(name, "it was told to");
        }
        Parents.Add(request.Parent);
        await File.WriteAllTextAsync(Path.Combine(folder, "pages-1.img"), $"memory of {name}", cancel);
        if (HoldDump is { } hold)
            await hold.Task.WaitAsync(cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, CheckpointFiles.Inventory), "1", cancel);
        foreach (var (beside, content) in Besides)
            await File.WriteAllBytesAsync(Path.Combine(folder, beside), content, cancel);
        if (Changed is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, CheckpointFiles.Changed), Changed, cancel);
        Dumps++;
        if (request.OneFile is { } file)
        {
            await PackAsync(folder, file, cancel);
            return new Dump(CheckpointWay.Archive, 1.5) { Export = new(name, "image", "id", new Dictionary<string, string>()) };
        }
        return new Dump(CheckpointWay.Images, 1.5) { Pieces = request.Parent is { } parent ? Pieces(folder, parent.Folder) : null };
    }

    public async Task<Outcome<PreDump>> PreDumpAsync(DumpRequest request, CancellationToken cancel)
    {
        if (!_containers.TryGetValue(request.Name, out var container))
            return NodeFailures.NoSuchInstance(request.Name);
        if (!container.IsRunning)
            return NodeFailures.NotRunning(request.Name, container.State);
        BeforePreDump?.Invoke();
        await File.WriteAllBytesAsync(Path.Combine(request.Folder, "pages-1.img"), PreDumped, cancel);
        return PreDumpFails is { } trouble ? trouble : new PreDump(request.Folder, container.Id, container.Pid, 0.5);
    }

    private static Dictionary<string, IReadOnlyList<FilePiece>> Pieces(string images, string parent) => new()
    {
        ["pages-1.img"] = [.. ((string[])[parent, images]).Select(folder => Path.Combine(folder, "pages-1.img"))
            .Select(path => new FilePiece(path, 0, new FileInfo(path).Length))],
    };

    public Task<Outcome<Done>> FreezeAsync(string name, CancellationToken cancel) => Set(name, Container.Frozen);

    public Task<Outcome<Done>> ThawAsync(string name, CancellationToken cancel) => Set(name, "running");

    public Task<Outcome<Done>> PrepareAsync(ContainerRequest request, CancellationToken cancel)
    {
        if (_containers.TryGetValue(request.Name, out var there) && (there.IsRunning || there.IsFrozen))
            return Answer<Done>(NodeFailures.NameTaken(request.Name));
        if (!Images.Contains(request.Spec.Image))
            return Answer<Done>(NodeFailures.NoSuchImage(request.Spec.Image));
        _containers.TryAdd(request.Name, New(request, "exited"));
        return Answer<Done>(Done.It);
    }

    public async Task<Outcome<Done>> RestoreAsync(ContainerRequest request, string folder, CancellationToken cancel)
    {
        if (await PrepareAsync(request, cancel) is { Failed: true } preparation)
            return preparation;
        if (!File.Exists(Path.Combine(folder, CheckpointFiles.Inventory)))
            return NodeFailures.RestoreFailed(request.Name, "there is no inventory");
        // As checking does: what is unpacked is not what arrived, byte for byte.
        if (File.Exists(Path.Combine(folder, CheckpointFiles.Changed)))
            await File.AppendAllTextAsync(Path.Combine(folder, CheckpointFiles.Changed), "checked", cancel);
        // As CRIU does, among the images.
        await File.WriteAllTextAsync(Path.Combine(folder, "stats-restore"), "", cancel);
        if (FailRestoreOnce)
        {
            FailRestoreOnce = false;
            return NodeFailures.RestoreFailed(request.Name, "it was told to");
        }
        BeforeRestore?.Invoke(request);
        Restores++;
        _containers[request.Name] = _containers[request.Name] with
        {
            State = request.KeepsConnections ? Container.Frozen : "running",
            Pid = Environment.ProcessId,
        };
        return Done.It;
    }

    /// <summary>What a signal from outside does to a container.</summary>
    public void Kill(string name)
    {
        _containers[name] = _containers[name] with { State = "exited", Pid = 0, ExitCode = 137 };
        _look?.Invoke();
    }

    /// <summary>What a deletion does to a pod until its time is over.</summary>
    public void Dismiss(string name) => _containers[name] = _containers[name] with { IsGoing = true };

    public async Task<Outcome<Done>> WatchExitsAsync(Action look, CancellationToken cancel)
    {
        _look = look;
        await Task.Delay(Timeout.Infinite, cancel);
        return Done.It;
    }

    public async Task<Outcome<IPageDaemon>> StartPagesAsync(string images, string work, CancellationToken cancel)
    {
        if (HoldPages is { } hold)
            await hold.Task.WaitAsync(cancel);
        return PageDaemons.TryDequeue(out var daemon) ? daemon : NodeFailures.NoPageDaemon("there is no memory here");
    }

    public Task<bool> EndPagesAsync(string work)
    {
        PagesEnded++;
        return Task.FromResult(HasAllPages);
    }

    public Task<Outcome<Done>> RemoveAsync(string name, CancellationToken cancel)
    {
        _containers.TryRemove(name, out _);
        return Answer<Done>(Done.It);
    }

    private Task<Outcome<Done>> Set(string name, string state)
    {
        if (!_containers.TryGetValue(name, out var container))
            return Answer<Done>(NodeFailures.NoSuchInstance(name));
        if (!container.IsRunning && !container.IsFrozen)
            return Answer<Done>(NodeFailures.NotRunning(name, container.State));
        _containers[name] = container with { State = state };
        return Answer<Done>(Done.It);
    }

    private static async Task PackAsync(string folder, string file, CancellationToken cancel)
    {
        var pieces = Directory.GetFiles(folder);
        await using var tar = new TarWriter(File.Create(Path.Combine(folder, file)));
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "checkpoint/"), cancel);
        foreach (var piece in pieces)
        {
            await tar.WriteEntryAsync(piece, $"checkpoint/{Path.GetFileName(piece)}", cancel);
            File.Delete(piece);
        }
    }

    private Container New(ContainerRequest request, string state) => new(
        $"id{Interlocked.Increment(ref _ids)}", request.Name, request.Spec, state,
        state == "running" ? Environment.ProcessId : 0);

    private static Task<Outcome<T>> Answer<T>(Outcome<T> outcome) => Task.FromResult(outcome);
}
