using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public abstract partial class ContainerRuntimeContract
{
    [Fact]
    public async Task a_frozen_container_is_reported_so_until_it_is_thawed()
    {
        var request = NewRequest();
        await Runtime.RunAsync(request, default);

        Assert.False((await Runtime.FreezeAsync(request.Name, default)).Failed);
        Assert.False((await Runtime.FreezeAsync(request.Name, default)).Failed);
        var (found, listed) = (await FindAsync(request.Name), await ListedAsync(request.Name));
        Assert.Equal((Container.Frozen, Container.Frozen), (found.State, listed.State));
        Assert.Equal((false, true, false), (found.IsRunning, found.IsFrozen, found.HasEnded));

        Assert.False((await Runtime.ThawAsync(request.Name, default)).Failed);
        Assert.False((await Runtime.ThawAsync(request.Name, default)).Failed);
        Assert.True((await FindAsync(request.Name)).IsRunning);
    }

    [Fact]
    public async Task what_does_not_run_is_neither_frozen_nor_thawed()
    {
        var request = NewRequest();
        await Runtime.PrepareAsync(request, default);

        Assert.Equal("MS2M-2103", (await Runtime.FreezeAsync("t-nobody", default)).Trouble?.Reason.Code);
        Assert.Equal("MS2M-2103", (await Runtime.ThawAsync("t-nobody", default)).Trouble?.Reason.Code);
        Assert.Equal("MS2M-2104", (await Runtime.FreezeAsync(request.Name, default)).Trouble?.Reason.Code);
        Assert.Equal("MS2M-2104", (await Runtime.ThawAsync(request.Name, default)).Trouble?.Reason.Code);
    }

    [Theory]
    [InlineData(CheckpointWay.Images)]
    [InlineData(CheckpointWay.Archive)]
    public async Task a_source_may_stay_frozen_once_it_is_dumped_and_be_dumped_again(CheckpointWay way)
    {
        var (source, copy) = (NewRequest(), NewRequest());
        await Runtime.RunAsync(source, default);

        await DumpFrozenAsync(source.Name, way);
        Assert.True((await FindAsync(source.Name)).IsFrozen);
        var folder = await DumpFrozenAsync(source.Name, way);

        await RestoreAsync(copy, folder);
        Assert.True((await FindAsync(copy.Name)).IsRunning);
        Assert.True((await FindAsync(source.Name)).IsFrozen);
        Assert.False((await Runtime.ThawAsync(source.Name, default)).Failed);
        Assert.True((await FindAsync(source.Name)).IsRunning);
    }

    [Fact]
    public async Task a_frozen_container_can_be_removed()
    {
        var request = NewRequest();
        await Runtime.RunAsync(request, default);
        await Runtime.FreezeAsync(request.Name, default);

        Assert.False((await Runtime.RemoveAsync(request.Name, default)).Failed);

        Assert.Null((await Runtime.FindAsync(request.Name, default)).Value);
    }

    [Fact]
    public async Task a_frozen_container_is_neither_prepared_nor_dumped_to_run_on()
    {
        var request = NewRequest();
        await Runtime.RunAsync(request, default);
        await Runtime.FreezeAsync(request.Name, default);

        Assert.Equal("MS2M-2106", (await Runtime.PrepareAsync(request, default)).Trouble?.Reason.Code);
        Assert.Equal("MS2M-2104", (await Runtime.CheckpointAsync(
            new(request.Name, NewFolder(), CheckpointWay.Images), default)).Trouble?.Reason.Code);
    }

    protected async Task<string> DumpFrozenAsync(string name, CheckpointWay way)
    {
        var folder = NewFolder();
        var dump = await Runtime.CheckpointAsync(new(name, folder, way) { StaysFrozen = true }, default);
        Assert.True(!dump.Failed, dump.Trouble?.ToString());
        return folder;
    }

    private async Task<Container> ListedAsync(string name) =>
        Assert.Single((await Runtime.ListAsync(default)).Value, c => c.Name == name);
}
