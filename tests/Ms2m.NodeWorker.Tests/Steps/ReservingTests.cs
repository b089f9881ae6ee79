using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>What makes a node refuse, each with a reason a person understands.</summary>
public sealed class ReservingTests
{
    private readonly ReserveTarget _reserve = new(
        Guid.NewGuid(), StepNames.ReserveTarget, 1, "orders-t", WorkerStage.Spec, "node-s", "top-secret",
        10_000_000, 50_000_000);

    private ReserveTarget Addressed() =>
        _reserve with { Spec = _reserve.Spec with { Address = new WorkloadAddress("10.99.0.80/24") } };

    private static async Task<string> RefusalAsync(WorkerStage stage, ReserveTarget command)
    {
        stage.Desk.Accept(command);
        var failed = await stage.Bus.NextAsync<StepFailed>();
        Assert.False(failed.Retryable);
        Assert.NotEmpty(failed.Reason.Remedy);
        return failed.Reason.Code;
    }

    [Fact]
    public async Task a_node_with_room_promises_and_keeps_only_the_tokens_digest()
    {
        await using var stage = await WorkerStage.OpenAsync();

        stage.Desk.Accept(_reserve);
        var reserved = await stage.Bus.NextAsync<TargetReserved>();

        Assert.Equal($"https://10.0.0.9:8490/checkpoints/{_reserve.MigrationId}/1?accepts=zstd&accepts=delta&accepts=volumes", reserved.TransferUrl);
        Assert.NotNull(stage.Book.Of(_reserve.MigrationId));
        Assert.All(stage.Left(), f => Assert.DoesNotContain(
            "top-secret", File.ReadAllText(Path.Combine(stage.Options.Data, f)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task without_the_image()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Runtime.Images.Clear();

        Assert.Equal("MS2M-2105", await RefusalAsync(stage, _reserve));
    }

    [Theory]
    [InlineData("10.99.0.80/24", "02:4d:00:00:00:01")]
    [InlineData("10.99.0.81/24", "02:4d:0a:63:00:50")]
    public async Task with_an_address_of_which_another_container_has_either_half(string cidr, string mac)
    {
        await using var stage = await WorkerStage.OpenAsync();
        await stage.Runtime.RunAsync(
            new("other-1", WorkerStage.Spec with { Name = "other", Address = new(cidr, mac) }, "/nowhere"), default);

        Assert.Equal("MS2M-2602", await RefusalAsync(stage, Addressed()));
    }

    [Fact]
    public async Task with_an_address_that_somebody_else_answers_to()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Networks.Answers = "02:4d:00:00:00:01";

        Assert.Equal("MS2M-2602", await RefusalAsync(stage, Addressed()));
    }

    [Fact]
    public async Task with_an_address_that_is_promised_to_another_migration()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Desk.Accept(Addressed());
        await stage.Bus.NextAsync<TargetReserved>();

        Assert.Equal("MS2M-2602", await RefusalAsync(stage, Addressed() with
        {
            MigrationId = Guid.NewGuid(),
            InstanceId = "other-t",
            Spec = Addressed().Spec with { Name = "other" },
        }));
    }

    [Fact]
    public async Task but_not_because_the_source_still_answers()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Networks.Answers = Addressed().Spec.Address!.HardwareAddress.ToUpperInvariant();

        stage.Desk.Accept(Addressed());

        await stage.Bus.NextAsync<TargetReserved>();
    }

    [Fact]
    public async Task without_space_for_the_checkpoint()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Room.Space = 12_000_000;

        Assert.Equal("MS2M-2501", await RefusalAsync(stage, _reserve));
    }

    [Fact]
    public async Task without_memory_for_images_and_process_at_once()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Room.Memory = 20_000_000;

        Assert.Equal("MS2M-2501", await RefusalAsync(stage, _reserve));
    }

    [Fact]
    public async Task but_not_a_large_process_whose_memory_follows_it()
    {
        await using var stage = await WorkerStage.OpenAsync();
        (stage.Room.Space, stage.Room.Memory) = (100_000_000, 700_000_000);

        stage.Desk.Accept(_reserve with { ExpectedBytes = 500_000_000, PostCopy = true });

        await stage.Bus.NextAsync<TargetReserved>();
        Assert.True(stage.Book.Of(_reserve.MigrationId)!.PostCopy);
    }

    [Theory]
    [InlineData(50_000_000, 700_000_000)]
    [InlineData(100_000_000, 550_000_000)]
    public async Task without_room_for_what_follows_or_for_what_goes_ahead_of_it(long space, long memory)
    {
        await using var stage = await WorkerStage.OpenAsync();
        (stage.Room.Space, stage.Room.Memory) = (space, memory);

        Assert.Equal("MS2M-2501", await RefusalAsync(stage, _reserve with { ExpectedBytes = 500_000_000, PostCopy = true }));
    }

    [Fact]
    public async Task when_the_memory_that_was_mounted_for_checkpoints_is_gone()
    {
        await using var stage = await WorkerStage.OpenAsync();
        using var disk = new DiskFolder();
        Directory.Delete(stage.Options.Checkpoints, recursive: true);
        Directory.CreateSymbolicLink(stage.Options.Checkpoints, disk.Path);

        Assert.Equal("MS2M-2503", await RefusalAsync(stage, _reserve));
        stage.Desk.Accept(new TakeCheckpoint(
            _reserve.MigrationId, StepNames.TakeCheckpoint, 1, "orders-s", "node-s", "https://127.0.0.1:1/", "token", 1000));
        Assert.Equal("MS2M-2503", (await stage.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }

    [Fact]
    public async Task when_what_is_free_is_promised_already()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Room.Space = 20_000_000;
        stage.Desk.Accept(_reserve);
        await stage.Bus.NextAsync<TargetReserved>();

        Assert.Equal("MS2M-2501", await RefusalAsync(stage, _reserve with
        {
            MigrationId = Guid.NewGuid(),
            InstanceId = "stock-t",
            Spec = WorkerStage.Spec with { Name = "stock" },
        }));
    }

    [Fact]
    public async Task when_the_workload_is_here_already()
    {
        await using var stage = await WorkerStage.OpenAsync();
        await stage.RunAsync("orders-1");

        Assert.Equal("MS2M-2107", await RefusalAsync(stage, _reserve));
    }

    [Theory]
    [InlineData("Orders", "orders")]
    [InlineData("orders-t", "../orders")]
    [InlineData("orders/../t", "orders")]
    public async Task when_a_name_could_be_a_path(string instance, string workload)
    {
        await using var stage = await WorkerStage.OpenAsync();

        Assert.Equal("MS2M-2005", await RefusalAsync(stage, _reserve with
        {
            InstanceId = instance,
            Spec = WorkerStage.Spec with { Name = workload },
        }));
    }

    [Fact]
    public async Task a_second_attempt_makes_the_first_ones_address_void()
    {
        await using var stage = await WorkerStage.OpenAsync();
        stage.Desk.Accept(_reserve);
        var first = await stage.Bus.NextAsync<TargetReserved>();
        stage.Desk.Accept(_reserve with { Attempt = 2, Token = "another" });
        await stage.Bus.NextAsync<TargetReserved>();

        using var response = await stage.AskAsync(first.TransferUrl, "top-secret");

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
