using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer;

namespace Ms2m.NodeWorker.Tests.Reservations;

public sealed class RoomTests
{
    [Theory]
    [InlineData(1, 100, true)]
    [InlineData(3, 100, true)]
    [InlineData(3, 300, false)]
    [InlineData(1, 300, true)]
    public void a_checkpoint_counts_as_often_as_it_lies_there_while_it_is_restored(int copies, int megabytes, bool fits)
    {
        using var folder = new TemporaryFolder();
        var room = new FakeRoom(TestOptions.In(folder.Path, "node-t") with { ReserveBytes = 0 }) { Memory = long.MaxValue };

        Assert.Equal(fits, room.Refuse(megabytes * 1_000_000L, postCopy: false, [], copies) is null);
    }
}
