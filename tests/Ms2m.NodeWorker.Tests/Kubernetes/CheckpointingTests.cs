using System.Formats.Tar;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Tests.Kubernetes;

public sealed class CheckpointingTests : IDisposable
{
    private readonly PodStage _stage = new();

    public void Dispose() => _stage.Dispose();

    private async Task<Outcome<Dump>> TakeAsync(string folder, string? oneFile = null)
    {
        var instance = (await _stage.LetInAsync(_stage.Find("orders-1") ?? _stage.Waiting())).Value.Name;
        return await _stage.Runtime.CheckpointAsync(
            new DumpRequest(instance, folder, CheckpointWay.Archive) { OneFile = oneFile }, default);
    }

    private static string[] In(string folder) => [.. Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task a_checkpoint_is_the_kubelets_archive_and_the_pod_and_leaves_nothing_behind()
    {
        var folder = _stage.NewFolder();

        var dump = await TakeAsync(folder);

        Assert.False(dump.Failed);
        Assert.Equal(["inventory.img", "pages-1.img", "pod.json", "spec.dump"], In(folder));
        Assert.Empty(Directory.GetFiles(_stage.Folder));
        Assert.Empty(Directory.GetFiles(Path.Combine(_stage.Options.Data, "kubelet")));
    }

    [Fact]
    public async Task for_a_registry_it_is_one_file_with_the_same_in_it()
    {
        var folder = _stage.NewFolder();

        var dump = await TakeAsync(folder, RegistryTransfer.ExportFile);

        Assert.Equal([RegistryTransfer.ExportFile], In(folder));
        var names = new List<string>();
        await using var export = File.OpenRead(Path.Combine(folder, RegistryTransfer.ExportFile));
        Assert.Null(await CheckpointLayer.ReadAsync(export, dump.Value.Export!.Volumes, (name, _) =>
        {
            names.Add(name);
            return Task.FromResult<Trouble?>(null);
        }, default));
        Assert.Equal(["inventory.img", "pages-1.img", "pod.json", "spec.dump"], names.Order(StringComparer.Ordinal));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!, "out*"));
    }

    [Fact]
    public async Task what_no_target_would_take_fails_while_the_source_lives()
    {
        using var changed = new MemoryStream();
        using (var tar = new TarWriter(changed, leaveOpen: true))
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "tmp/clr-debug-pipe-1-in"));
        _stage.Changed = changed.ToArray();

        Assert.Equal("MS2M-2308", (await TakeAsync(_stage.NewFolder())).Trouble!.Reason.Code);
        Assert.Empty(Directory.GetFiles(_stage.Folder));
    }

    [Fact]
    public async Task strangers_archives_stay()
    {
        string[] strangers = ["checkpoint-orders-1_shop-c-2020-01-01T00:00:00Z.tar", "checkpoint-other_shop-c-2020-01-01T00:00:00Z.tar", "notes"];
        foreach (var name in strangers)
            File.WriteAllText(Path.Combine(_stage.Folder, name), "");

        await TakeAsync(_stage.NewFolder());

        Assert.Equal(strangers.Order(StringComparer.Ordinal), In(_stage.Folder));
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("{0}/../secret.tar")]
    [InlineData("{0}/another.tar")]
    [InlineData("{0}/checkpoint-orders-1_shop-c-2020-01-01T00:00:00Z.tar")]
    public async Task a_path_that_no_order_of_ours_could_have_given_is_not_opened(string path)
    {
        _stage.Api.Kubelet = _ => string.Format(System.Globalization.CultureInfo.InvariantCulture, path, _stage.Folder);
        File.WriteAllText(Path.Combine(_stage.Folder, "checkpoint-orders-1_shop-c-2020-01-01T00:00:00Z.tar"), "");

        var dump = await TakeAsync(_stage.NewFolder());

        Assert.Equal("MS2M-2708", dump.Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_link_is_not_followed()
    {
        var target = Path.Combine(_stage.NewFolder("elsewhere"), "secret");
        File.WriteAllText(target, "secret");
        _stage.Api.Kubelet = order =>
        {
            var path = _stage.Write(order).Value;
            File.Delete(path);
            File.CreateSymbolicLink(path, target);
            return path;
        };

        var dump = await TakeAsync(_stage.NewFolder());

        Assert.Contains("link", dump.Trouble!.Reason.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(target));
        Assert.Empty(Directory.GetFileSystemEntries(_stage.Folder));
    }

    [Fact]
    public async Task what_a_worker_that_was_killed_has_ordered_is_removed_by_the_next()
    {
        var now = DateTimeOffset.UtcNow;
        var prefix = ArchiveNote.PrefixOf("orders-1", "shop", "c");
        var (old, ours, late) = ($"{prefix}{now.AddHours(-1):yyyy-MM-ddTHH:mm:ssZ}.tar", $"{prefix}{now:yyyy-MM-ddTHH:mm:ssZ}.tar",
            $"{prefix}{now.AddHours(1):yyyy-MM-ddTHH:mm:ss}+00:00.tar");
        _stage.Archives.Note(new ArchiveNote(prefix, [], now, now.AddMinutes(5)));
        foreach (var name in (string[])[old, ours, late])
            File.WriteAllText(Path.Combine(_stage.Folder, name), "");

        _stage.Archives.RemoveLeft(now, all: true);

        Assert.Equal(new[] { late, old }.Order(StringComparer.Ordinal), In(_stage.Folder));
    }

    [Fact]
    public async Task what_the_kubelet_writes_when_nobody_waits_any_more_is_removed_later()
    {
        _stage.Api.Kubelet = _ => new ApiProblem(0, "", "no answer");
        await TakeAsync(_stage.NewFolder());
        _stage.Write(_stage.Api.Orders[0]);

        _stage.Archives.RemoveLeft(DateTimeOffset.UtcNow, all: false);
        Assert.Single(Directory.GetFiles(_stage.Folder));
        _stage.Archives.RemoveLeft(DateTimeOffset.UtcNow.AddHours(1), all: false);

        Assert.Empty(Directory.GetFiles(_stage.Folder));
        Assert.Empty(Directory.GetFiles(Path.Combine(_stage.Options.Data, "kubelet")));
    }

    [Fact]
    public async Task an_archive_that_cannot_be_used_is_removed_too()
    {
        _stage.Api.Kubelet = order =>
        {
            var path = _stage.Write(order).Value;
            File.WriteAllText(path, "no tar");
            return path;
        };

        Assert.Equal("MS2M-2708", (await TakeAsync(_stage.NewFolder())).Trouble!.Reason.Code);
        Assert.Empty(Directory.GetFiles(_stage.Folder));
    }

    [Fact]
    public async Task the_nodes_own_kubelet_is_asked_first()
    {
        WithAddress();

        await TakeAsync(_stage.NewFolder());

        Assert.Equal(new Uri("https://10.0.0.12:10250"), Assert.Single(_stage.Api.Orders).Kubelet);
    }

    [Theory]
    [InlineData(0, ApiProblem.Unreachable)]
    [InlineData(0, ApiProblem.Untrusted)]
    [InlineData(401, "")]
    [InlineData(403, "")]
    public async Task where_it_does_not_take_our_word_the_server_is_asked(int code, string reason)
    {
        WithAddress();
        _stage.Api.Kubelet = order => order.Kubelet is null ? _stage.Write(order) : new ApiProblem(code, reason, "no");

        Assert.False((await TakeAsync(_stage.NewFolder())).Failed);
        Assert.Equal([false, true], _stage.Api.Orders.Select(order => order.Kubelet is null));
    }

    [Fact]
    public async Task a_server_that_may_not_ask_it_for_us_is_no_news_and_is_not_asked_again()
    {
        WithAddress();
        _stage.Api.Kubelet = order => order.Kubelet is null
            ? new ApiProblem(403, "Forbidden", "may not") : new ApiProblem(0, ApiProblem.Untrusted, "its certificate is strange");

        var dump = await TakeAsync(_stage.NewFolder());

        Assert.Equal("MS2M-2705", dump.Trouble!.Reason.Code);
        Assert.Contains("its certificate is strange", dump.Trouble.Reason.Message, StringComparison.Ordinal);
        Assert.Equal(2, _stage.Api.Orders.Count);
    }

    [Theory]
    [InlineData(ApiProblem.Broken)]
    [InlineData(ApiProblem.Timeout)]
    public async Task a_checkpoint_that_it_may_be_making_is_not_ordered_a_second_time(string reason)
    {
        WithAddress();
        _stage.Api.Kubelet = _ => new ApiProblem(0, reason, "no");

        Assert.True((await TakeAsync(_stage.NewFolder())).Failed);
        Assert.Single(_stage.Api.Orders);
    }

    [Fact]
    public async Task a_refusal_may_be_of_yesterday_and_is_asked_again()
    {
        var refusals = 3;
        _stage.Api.Kubelet = order => refusals-- > 0 ? new ApiProblem(403, "", "no") : _stage.Write(order);

        Assert.False((await TakeAsync(_stage.NewFolder())).Failed);
        Assert.Equal(4, _stage.Api.Orders.Count);
    }

    [Fact]
    public async Task a_refusal_that_stays_is_said_with_the_right_that_is_missing()
    {
        _stage.Api.Kubelet = _ => new ApiProblem(403, "", "no");

        Assert.Equal("MS2M-2704", (await TakeAsync(_stage.NewFolder())).Trouble!.Reason.Code);
    }

    [Fact]
    public async Task one_that_cannot_be_made_to_stand_still_is_not_dumped_as_if_it_could()
    {
        var instance = (await _stage.LetInAsync(_stage.Waiting())).Value.Name;

        var dump = await _stage.Runtime.CheckpointAsync(
            new DumpRequest(instance, _stage.NewFolder(), CheckpointWay.Archive) { StaysFrozen = true }, default);

        Assert.Equal("MS2M-2202", dump.Trouble!.Reason.Code);
        Assert.Empty(_stage.Api.Orders);
    }

    [Fact]
    public async Task post_copy_and_open_connections_are_refused()
    {
        var request = new DumpRequest("orders-x", _stage.NewFolder(), CheckpointWay.Archive);

        Assert.Equal("MS2M-2713", (await _stage.Runtime.CheckpointAsync(request with { PostCopy = true }, default)).Trouble!.Reason.Code);
        Assert.Equal("MS2M-2713", (await _stage.Runtime.CheckpointAsync(request with { KeepsConnections = true }, default)).Trouble!.Reason.Code);
    }

    [Fact]
    public async Task a_pre_dump_is_nothing_that_the_kubelet_could_be_asked_for()
    {
        var made = await _stage.Runtime.PreDumpAsync(new DumpRequest("orders-x", _stage.NewFolder(), CheckpointWay.Archive), default);

        Assert.Equal("MS2M-2204", made.Trouble!.Reason.Code);
        Assert.Empty(_stage.Api.Orders);
    }

    private void WithAddress()
    {
        var pod = _stage.Waiting();
        _stage.Cluster.Change(cluster => cluster.Store.Put(
            Kinds.Pods, pod with { Status = pod.Status! with { HostIP = "10.0.0.12" } }));
    }
}
