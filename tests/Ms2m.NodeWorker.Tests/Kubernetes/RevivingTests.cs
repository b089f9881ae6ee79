using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Steps;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.Tests.Simulation;

namespace Ms2m.NodeWorker.Tests.Kubernetes;

/// <summary>A StatefulSet's pod is gone before its copy runs: the way back is the checkpoint that it left.</summary>
public sealed class RevivingTests
{
    private const string Source = "orders-s";

    private static readonly WorkloadSpec Spec = WorkerStage.Spec with
    {
        Pod = new WorkloadPod("shop", "c", PodOwner.StatefulSet, "orders") { FixedName = "orders-0" },
    };

    private readonly Guid _migration = Guid.NewGuid();

    private static async Task<WorkerStage> OpenAsync(string node)
    {
        var stage = await WorkerStage.OpenAsync(
            node, change: options => options with { Kubernetes = new KubernetesSettings() },
            services: services => services.AddSingleton<IKubernetesApi>(new SimulatedCluster()));
        stage.Runtime.Besides[PodDocument.FileName] = JsonSerializer.SerializeToUtf8Bytes(
            Objects.Pod("shop", "orders-0", "node-s", (Markings.Workload, "orders")), KubernetesJson.Default.Pod);
        return stage;
    }

    /// <returns>The digest of what was sent.</returns>
    private async Task<string> MoveMemoryAsync(WorkerStage source, WorkerStage target, WorkloadSpec spec)
    {
        source.Instances.Write(new InstanceFile(Source, spec.Name, InstanceRole.Active, 1, "amqp://x"));
        await source.Runtime.RunAsync(new ContainerRequest(Source, spec, source.Instances.PathOf(spec.Name)), default);
        target.Desk.Accept(new ReserveTarget(
            _migration, StepNames.ReserveTarget, 1, "orders-t", spec, "node-s", "token", 10_000_000, 50_000_000));
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(new TakeCheckpoint(
            _migration, StepNames.TakeCheckpoint, 1, Source, "node-t", target.Reachable(reserved.TransferUrl), "token", 50_000_000));
        await source.Bus.NextAsync<CheckpointTaken>();
        return (await source.Bus.NextAsync<TransferCompleted>()).Digest;
    }

    private void Revive(WorkerStage source, string digest, bool onlyAsks = false, int attempt = 1) => source.Desk.Accept(
        new ReviveSource(_migration, StepNames.ReviveSource, attempt, Source, Spec, 1, digest) { OnlyAsks = onlyAsks });

    private static int Images(WorkerStage stage) => stage.Left().Count(file => file.EndsWith(".img", StringComparison.Ordinal));

    [Fact]
    public async Task the_source_is_restored_where_it_was_as_it_was()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        var digest = await MoveMemoryAsync(source, target, Spec);
        await source.Runtime.RemoveAsync(Source, default);
        source.Instances.Remove(Source);

        Revive(source, digest);

        Assert.Equal(Source, (await source.Bus.NextAsync<SourceRevived>()).InstanceId);
        Assert.True((await source.Runtime.FindAsync(Source, default)).Value!.IsRunning);
        Assert.Equal((Source, InstanceRole.Active), (source.Instances.Read("orders")!.InstanceId, source.Instances.Read("orders")!.Role));
    }

    [Fact]
    public async Task a_source_that_runs_is_left_alone()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        var digest = await MoveMemoryAsync(source, target, Spec);

        Revive(source, digest);

        await source.Bus.NextAsync<SourceRevived>();
        Assert.Equal(0, source.Runtime.Restores);
    }

    [Fact]
    public async Task one_that_is_being_deleted_does_not_count_as_running()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        var digest = await MoveMemoryAsync(source, target, Spec);
        source.Runtime.Dismiss(Source);

        Revive(source, digest);

        await source.Bus.NextAsync<SourceRevived>();
        Assert.Equal(1, source.Runtime.Restores);
        Assert.True((await source.Runtime.FindAsync(Source, default)).Value!.Stays);
    }

    [Fact]
    public async Task whether_it_could_be_restored_is_said_without_doing_it()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        var digest = await MoveMemoryAsync(source, target, Spec);
        source.Runtime.Dismiss(Source);

        Revive(source, digest, onlyAsks: true);

        await source.Bus.NextAsync<SourceRevived>();
        Assert.Equal(0, source.Runtime.Restores);
        Assert.True((await source.Runtime.FindAsync(Source, default)).Value!.IsGoing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task a_checkpoint_that_does_not_say_of_which_pod_it_is_revives_nobody(bool onlyAsks)
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        source.Runtime.Besides[PodDocument.FileName] = [(byte)'?'];
        var digest = await MoveMemoryAsync(source, target, Spec);
        source.Runtime.Dismiss(Source);

        Revive(source, digest, onlyAsks);

        Assert.Equal("MS2M-2712", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.NotNull((await source.Runtime.FindAsync(Source, default)).Value);
    }

    [Fact]
    public async Task nothing_is_dumped_when_nobody_can_say_whether_the_dump_is_to_be_kept()
    {
        await using var source = await OpenAsync("node-s");
        await source.RunAsync(Source);
        source.Runtime.InsteadOfFinding = () => NodeFailures.KubernetesSilent("list pods", "it was told to");

        source.Desk.Accept(new TakeCheckpoint(
            _migration, StepNames.TakeCheckpoint, 1, Source, "node-t", "https://node-t:1/transfer", "token", 50_000_000));

        Assert.Equal("MS2M-2701", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Equal(0, source.Runtime.Dumps);
    }

    [Fact]
    public async Task the_checkpoint_is_kept_through_a_restart_and_until_it_is_discarded()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        await MoveMemoryAsync(source, target, Spec);

        // It is kept before anybody hears that it was sent.
        Assert.Equal(2, Images(source));
        await source.StartOverAsync();
        Assert.Equal(2, Images(source));
        Assert.Contains(source.Holdings.All, one => one is { Kind: "outgoing-checkpoint" } && one.MigrationId == _migration);

        source.Desk.Accept(new DiscardCheckpoint(_migration, StepNames.DiscardCheckpoint, 1));
        await source.Bus.NextAsync<CheckpointDiscarded>();
        Assert.Equal(0, Images(source));
    }

    [Fact]
    public async Task nothing_is_kept_of_a_pod_that_stays_until_its_copy_runs()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");

        await MoveMemoryAsync(source, target, Spec with { Pod = new WorkloadPod("shop", "c", PodOwner.ReplicaSet, "orders") });

        await Eventually.HoldsAsync("nothing is left", () => Images(source) == 0);
    }

    [Fact]
    public async Task what_went_through_a_registry_is_restored_from_the_one_file_that_it_went_as()
    {
        await using var source = await OpenAsync("node-s");
        // As the source's runtime packs it, its description among the rest.
        var kept = Path.Combine(source.Options.OutgoingFolder, $"{_migration:N}-1", "images");
        foreach (var folder in (string[])[source.Options.OutgoingFolder, Path.GetDirectoryName(kept)!, kept])
            PrivateFiles.CreateFolder(folder);
        var (content, names) = (Path.Combine(kept, "content"), (string[])["inventory.img", "pages-1.img", "pod.json", "spec.dump"]);
        PrivateFiles.CreateFolder(content);
        foreach (var name in names)
            await File.WriteAllBytesAsync(Path.Combine(content, name), source.Runtime.Besides.GetValueOrDefault(name, [1, 2]));
        using var digest = new CheckpointDigest();
        await digest.AppendFilesAsync(content, names, default);
        await using (var export = File.Create(Path.Combine(kept, RegistryTransfer.ExportFile)))
            await CheckpointContent.Of(content).WriteToAsync(export, default);
        PrivateFiles.DeleteFolder(content);
        new OutgoingFolders(source.Options, NullLogger<OutgoingFolders>.Instance).Keep(_migration, Path.GetDirectoryName(kept)!);

        Revive(source, digest.Current());
        await source.Bus.NextAsync<SourceRevived>();
        await source.Runtime.RemoveAsync(Source, default);
        Revive(source, digest.Current(), attempt: 2);
        await source.Bus.NextAsync<SourceRevived>();

        Assert.Equal(2, source.Runtime.Restores);
    }

    [Fact]
    public async Task another_checkpoint_than_the_one_that_was_sent_revives_nobody()
    {
        await using var source = await OpenAsync("node-s");
        await using var target = await OpenAsync("node-t");
        await MoveMemoryAsync(source, target, Spec);
        await source.Runtime.RemoveAsync(Source, default);

        Revive(source, new string('0', 64));

        Assert.Equal("MS2M-2405", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Null((await source.Runtime.FindAsync(Source, default)).Value);
    }

    [Fact]
    public async Task without_a_checkpoint_there_is_no_way_back()
    {
        await using var source = await OpenAsync("node-s");

        Revive(source, new string('0', 64), onlyAsks: true);

        Assert.Equal("MS2M-2402", (await source.Bus.NextAsync<StepFailed>()).Reason.Code);
    }
}
