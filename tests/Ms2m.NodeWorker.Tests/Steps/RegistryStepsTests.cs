using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>A checkpoint that travels through a registry, which may be anybody's.</summary>
public sealed class RegistryStepsTests : IAsyncLifetime
{
    private readonly Guid _migration = Guid.NewGuid();
    private FakeRegistry _registry = null!;
    private WorkerStage _source = null!;
    private WorkerStage _target = null!;

    public async Task InitializeAsync()
    {
        _registry = await FakeRegistry.OpenAsync();
        _source = await WorkerStage.OpenAsync("node-s", _registry.Place);
        _target = await WorkerStage.OpenAsync("node-t", _registry.Place);
        await _source.RunAsync("orders-s");
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        await _registry.DisposeAsync();
    }

    private async Task SendAsync(WorkerStage source, WorkerStage target)
    {
        target.Desk.Accept(new ReserveTarget(_migration, StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s",
            "token", 10_000_000, 50_000_000));
        var reserved = await target.Bus.NextAsync<TargetReserved>();
        source.Desk.Accept(new TakeCheckpoint(_migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t",
            target.Reachable(reserved.TransferUrl), "token", 50_000_000)
        {
            Transfer = new TransferOptions(TransferMode.Registry),
        });
        await source.Bus.NextAsync<CheckpointTaken>();
    }

    private async Task<Failure> FailureAsync(WorkerStage source, WorkerStage target)
    {
        await SendAsync(source, target);
        return (await source.Bus.NextAsync<StepFailed>()).Reason;
    }

    [Fact]
    public async Task memory_moves_and_nothing_of_it_stays_in_the_registry()
    {
        await SendAsync(_source, _target);
        var completed = await _source.Bus.NextAsync<TransferCompleted>();
        _target.Desk.Accept(
            new RestoreShadow(_migration, StepNames.RestoreShadow, 1, "orders-t", WorkerStage.Spec, 4, completed.Digest));
        await _target.Bus.NextAsync<ShadowReady>();

        Assert.True(completed.WireBytes > completed.Bytes);
        Assert.Equal(3, _registry.Asked.Count(a => a.StartsWith("PUT", StringComparison.Ordinal)));
        Assert.Empty(_registry.Stored);
        await _source.Desk.IdleAsync(_migration);
        Assert.DoesNotContain(_source.Left(), f => f.StartsWith("registry", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/manifests/")]
    [InlineData("/blobs/")]
    public async Task what_the_registry_has_changed_is_refused_and_leaves_nothing(string where)
    {
        _registry.Give = (path, content) =>
            path.Contains(where, StringComparison.Ordinal) ? [.. content[..^1], (byte)(content[^1] ^ 1)] : content;

        var failure = await FailureAsync(_source, _target);

        Assert.Equal("MS2M-2308", failure.Code);
        Assert.Empty(_registry.Stored);
        Assert.DoesNotContain(_target.Left(), f => f.EndsWith("complete.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_layer_that_does_not_end_is_cut_off()
    {
        _registry.Give = (path, content) =>
            path.Contains("/blobs/", StringComparison.Ordinal) ? [.. content, .. new byte[5_000_000]] : content;

        Assert.Equal("MS2M-2308", (await FailureAsync(_source, _target)).Code);
    }

    [Fact]
    public async Task the_password_is_not_sent_where_the_registry_points()
    {
        await using var other = await FakeRegistry.OpenAsync();
        _registry.UploadsGoTo = new Uri(other.Place.Address, "/v2/x").ToString();

        Assert.Equal("MS2M-2312", (await FailureAsync(_source, _target)).Code);
        Assert.Empty(other.Asked);
    }

    [Fact]
    public async Task a_registry_that_is_not_there_is_trouble_that_may_pass()
    {
        await _registry.DisposeAsync();

        await SendAsync(_source, _target);

        var failed = await _source.Bus.NextAsync<StepFailed>();
        Assert.Equal("MS2M-2311", failed.Reason.Code);
        Assert.True(failed.Retryable);
        // So that it is deleted when the registry is there again: who knows what it has taken.
        Assert.Single(_source.Left(), f => f.StartsWith("registry", StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_wrong_password_is_told_of()
    {
        await using var stranger = await WorkerStage.OpenAsync("node-s", _registry.Place with { Password = "wrong" });
        await stranger.RunAsync("orders-s");

        var failure = await FailureAsync(stranger, _target);

        Assert.Equal("MS2M-2312", failure.Code);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_node_without_a_registry_says_so()
    {
        await using var without = await WorkerStage.OpenAsync();

        Assert.Equal("MS2M-2310", (await FailureAsync(_source, without)).Code);
        Assert.Empty(_registry.Stored);
    }

    private CheckpointImage Note(byte content)
    {
        var image = CheckpointImage.Of(
            Blob.Of(CheckpointImage.LayerType, [content]), new($"n{content}", "i", "d", new Dictionary<string, string>()), DateTimeOffset.UtcNow);
        foreach (var digest in (string[])[image.Layer.Digest, image.Config.Digest, image.Manifest.Digest])
            _registry.Stored[digest] = [1];
        _source.RegistryTraces.Note(image);
        return image;
    }

    [Fact]
    public async Task what_a_killed_worker_left_in_the_registry_is_deleted_in_its_next_life()
    {
        Note(1);

        await _source.RegistryTraces.StartAsync(default);

        await Eventually.HoldsAsync("an empty registry", () => _registry.Stored.IsEmpty);
        await _source.RegistryTraces.StopAsync(default);
    }

    [Fact]
    public async Task an_image_that_the_registry_does_not_let_go_keeps_no_other()
    {
        var images = Enumerable.Range(1, 4).Select(content => Note((byte)content)).ToList();
        // Whichever is looked at first.
        foreach (var image in images.Take(3))
            _registry.Stuck[image.Manifest.Digest] = true;

        await _source.RegistryTraces.StartAsync(default);

        await Eventually.HoldsAsync("one image less", () => !_registry.Stored.ContainsKey(images[3].Manifest.Digest));
        await _source.RegistryTraces.StopAsync(default);
        Assert.True(_registry.Stored.ContainsKey(images[0].Manifest.Digest));
    }

    [Fact]
    public async Task an_image_of_this_life_that_could_not_be_deleted_is_deleted_later()
    {
        _source.RegistryTraces.Again = TimeSpan.FromMilliseconds(50);
        await _source.RegistryTraces.StartAsync(default);
        var (failed, used) = (Note(1), Note(2));
        _registry.Stuck[failed.Manifest.Digest] = true;
        using var client = new RegistryClient(_registry.Place);
        Assert.False(await _source.RegistryTraces.RemoveAsync(client, failed.Manifest.Digest, default));

        _registry.Stuck.Clear();

        await Eventually.HoldsAsync("one image less", () => !_registry.Stored.ContainsKey(failed.Layer.Digest));
        await _source.RegistryTraces.StopAsync(default);
        Assert.True(_registry.Stored.ContainsKey(used.Manifest.Digest));
    }
}
