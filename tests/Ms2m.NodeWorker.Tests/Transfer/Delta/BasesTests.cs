using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

/// <summary>For how long, and how much, a node keeps of what workloads leave behind.</summary>
public sealed class BasesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LateTime _time = new();

    public void Dispose() => _folder.Dispose();

    private Bases NewBases(int seconds = 3600, int share = 50)
    {
        var options = TestOptions.In(_folder.Path) with { BaseSeconds = seconds, BaseShare = share };
        return new Bases(options, new FakeRoom(options), _time, NullLogger<Bases>.Instance);
    }

    private async Task<Guid> KeepAsync(Bases bases, string workload, long bytes = 10_000)
    {
        var migration = Guid.NewGuid();
        var images = _folder[$"out-{migration:N}"];
        Directory.CreateDirectory(images);
        await File.WriteAllBytesAsync(Path.Combine(images, "pages-1.img"), new byte[10_000]);
        await bases.KeepAsync(workload, migration, images, new CompleteCheckpoint(new string('a', 64), bytes, 1), default);
        return migration;
    }

    [Fact]
    public async Task what_a_workload_leaves_behind_is_kept_for_the_worker_alone()
    {
        var bases = NewBases();

        await KeepAsync(bases, "orders");

        var one = Assert.Single(bases.Of("orders"));
        Assert.False(one.IsAhead);
        Assert.Equal(new string('a', 64), one.Complete?.Digest);
        Assert.Equal(PrivateFiles.Folder, File.GetUnixFileMode(one.Folder));
        Assert.Equal(PrivateFiles.Folder, File.GetUnixFileMode(Path.GetDirectoryName(one.Folder)!));
        Assert.Empty(bases.Of("stock"));
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(1_000_000_001, false)]
    public async Task a_pre_dump_is_kept_with_it_where_it_fits(long length, bool fits)
    {
        var bases = NewBases();
        var (images, ahead) = (_folder["out"], _folder["pages-2.img"]);
        Directory.CreateDirectory(images);
        await File.WriteAllBytesAsync(Path.Combine(images, "pages-1.img"), new byte[10_000]);
        // It takes no room.
        using (var file = File.Create(ahead))
            file.SetLength(length);

        await bases.KeepAsync(
            "orders", Guid.NewGuid(), images, new CompleteCheckpoint(new string('a', 64), 15_000, 1), default, [ahead]);

        var files = Directory.GetFiles(Assert.Single(bases.Of("orders")).Images).Select(file => Path.GetFileName(file)).Order();
        Assert.Equal(fits ? ["ahead-pages-2.img", "pages-1.img"] : ["pages-1.img"], files);
    }

    [Fact]
    public async Task the_next_one_replaces_it()
    {
        var bases = NewBases();
        await KeepAsync(bases, "orders");

        var later = await KeepAsync(bases, "orders");

        Assert.Equal(later, Assert.Single(bases.All()).MigrationId);
    }

    [Fact]
    public async Task it_goes_when_its_time_is_over()
    {
        var bases = NewBases(seconds: 60);
        await KeepAsync(bases, "orders");
        _time.Late = TimeSpan.FromSeconds(50);
        bases.RemoveOld([]);
        Assert.Single(bases.All());

        _time.Late = TimeSpan.FromSeconds(70);
        bases.RemoveOld([]);

        Assert.Empty(bases.All());
    }

    [Fact]
    public async Task what_a_migration_is_about_to_need_does_not_grow_old()
    {
        var bases = NewBases(seconds: 60);
        await KeepAsync(bases, "orders");
        await KeepAsync(bases, "stock");
        _time.Late = TimeSpan.FromSeconds(70);

        bases.RemoveOld(["orders"]);

        Assert.Equal("orders", Assert.Single(bases.All()).Workload);
    }

    [Fact]
    public async Task what_came_in_advance_has_a_time_of_its_own()
    {
        var bases = NewBases();
        var folder = bases.FolderInAdvance("orders", Guid.NewGuid(), seconds: 900);
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        await Bases.MakeUsableAsync(folder, new string('a', 64), default);
        _time.Late = TimeSpan.FromSeconds(890);
        bases.RemoveOld([]);
        Assert.Single(bases.All());

        _time.Late = TimeSpan.FromSeconds(910);
        bases.RemoveOld([]);

        Assert.Empty(bases.All());
    }

    [Fact]
    public void what_came_in_part_is_let_come_and_does_not_stay_for_ever()
    {
        var bases = NewBases(seconds: 60);
        Directory.CreateDirectory(Path.Combine(bases.FolderInAdvance("orders", Guid.NewGuid(), seconds: 60), "images"));
        _time.Late = TimeSpan.FromMinutes(15);
        bases.RemoveOld([]);
        Assert.Single(bases.All());

        _time.Late = TimeSpan.FromMinutes(25);
        bases.RemoveOld([]);

        Assert.Empty(bases.All());
    }

    [Fact]
    public async Task who_wants_none_kept_has_none()
    {
        var bases = NewBases(seconds: 0);

        await KeepAsync(bases, "orders");

        Assert.Empty(bases.All());
    }

    [Fact]
    public async Task one_that_is_larger_than_the_share_is_not_kept()
    {
        var bases = NewBases(share: 10);

        // Of the stage's two gigabytes.
        await KeepAsync(bases, "orders", bytes: 200_000_001);

        Assert.Empty(bases.All());
    }

    [Fact]
    public async Task the_oldest_makes_place_for_the_newest()
    {
        var bases = NewBases(share: 10);
        await KeepAsync(bases, "orders");
        await KeepAsync(bases, "stock", bytes: 199_995_000);

        Assert.Equal("stock", Assert.Single(bases.All()).Workload);
    }

    [Fact]
    public async Task a_migration_that_needs_the_room_gets_it_and_the_workloads_own_is_given_up_last()
    {
        var bases = NewBases();
        await KeepAsync(bases, "orders");
        await KeepAsync(bases, "stock");

        bases.MakeRoom("orders", () => bases.All().Count <= 1);
        Assert.Equal("orders", Assert.Single(bases.All()).Workload);
        bases.MakeRoom("orders", () => false);

        Assert.Empty(bases.All());
    }

    [Fact]
    public async Task a_restarted_worker_keeps_none()
    {
        await KeepAsync(NewBases(), "orders");

        NewBases().RemoveAll();

        Assert.Empty(NewBases().All());
    }

    [Fact]
    public async Task many_may_let_go_of_the_same_at_once()
    {
        var bases = NewBases();
        for (var round = 0; round < 20; round++)
        {
            for (var one = 0; one < 10; one++)
                await KeepAsync(bases, $"w{one}");
            _time.Late += TimeSpan.FromHours(2);

            // Each fails the test when it throws.
            Parallel.Invoke(
                () => bases.RemoveOld([]), () => bases.RemoveOld([]), () => bases.MakeRoom("w1", () => false), () => bases.RemoveOf("w2"),
                () => Assert.All(bases.All(), b => Assert.True(b.Bytes >= 0)));

            Assert.Empty(bases.All());
        }
    }

    [Fact]
    public async Task what_cannot_be_removed_stops_nobody_from_removing_the_rest()
    {
        var bases = NewBases(seconds: 60);
        await KeepAsync(bases, "orders");
        await KeepAsync(bases, "stock");
        // A folder in the place of a file cannot be deleted as one.
        var stuck = Assert.Single(bases.Of("orders"));
        File.Delete(stuck.Pages);
        Directory.CreateDirectory(stuck.Pages);
        _time.Late = TimeSpan.FromSeconds(70);

        bases.RemoveOld([]);

        Assert.Equal("orders", Assert.Single(bases.All()).Workload);
    }
}
