using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer.PostCopy;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.PostCopy;

namespace Ms2m.NodeWorker.Tests.Steps;

/// <summary>The restore of copies whose memory is still to come.</summary>
public sealed class PostCopyStepsTests : IAsyncLifetime
{
    private static readonly WorkloadSpec _addressed = WorkerStage.Spec with { Address = new WorkloadAddress("10.99.0.81/24") };

    private readonly Guid _migration = Guid.NewGuid();
    private WorkerStage _source = null!;
    private WorkerStage _target = null!;
    private string _digest = "";

    public async Task InitializeAsync()
    {
        (_source, _target) = (await WorkerStage.OpenAsync("node-s"), await WorkerStage.OpenAsync());
        await _source.RunAsync("orders-s");
        _target.Desk.Accept(new ReserveTarget(
            _migration, StepNames.ReserveTarget, 1, "orders-t", _addressed, "node-s", "token", 10_000_000, 50_000_000));
        var reserved = await _target.Bus.NextAsync<TargetReserved>();
        _source.Desk.Accept(new TakeCheckpoint(
            _migration, StepNames.TakeCheckpoint, 1, "orders-s", "node-t", _target.Reachable(reserved.TransferUrl), "token", 50_000_000)
        {
            StaysFrozen = true,
            KeepsConnections = true,
        });
        await _source.Bus.NextAsync<CheckpointTaken>();
        _digest = (await _source.Bus.NextAsync<TransferCompleted>()).Digest;
    }

    public async Task DisposeAsync()
    {
        await _target.DisposeAsync();
        await _source.DisposeAsync();
    }

    [Fact]
    public async Task a_copy_is_ready_when_its_first_page_has_come_and_not_before()
    {
        var daemon = await NewDaemonAsync();
        _target.Desk.Accept(Restore());
        await Eventually.HoldsAsync("a restored copy", () => _target.Runtime.Restores == 1);
        Assert.False(_target.Bus.HasMore);

        await FeedAsync(daemon);

        await _target.Bus.NextAsync<ShadowReady>();
    }

    [Fact]
    public async Task a_copy_to_which_no_page_comes_is_removed_before_anybody_relies_on_it()
    {
        await NewDaemonAsync();

        _target.Desk.Accept(Restore());

        Assert.Equal("MS2M-2411", (await _target.Bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Equal(1, _target.Runtime.Restores);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task a_copy_whose_missing_pages_cannot_be_held_is_removed()
    {
        var daemon = await NewDaemonAsync();
        daemon.Holds = false;

        _target.Desk.Accept(Restore());

        Assert.Equal("MS2M-2411", (await _target.Bus.NextAsync<StepFailed>()).Reason.Code);
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task a_copy_that_nobody_brings_memory_to_any_more_is_not_taken_for_one_that_is_ready()
    {
        // As a worker finds it that was away: it stands there, and nobody knows what it lacks.
        _target.Desk.Accept(Restore() with { PostCopy = false });
        await _target.Bus.NextAsync<ShadowReady>();

        _target.Desk.Accept(Restore(attempt: 2));

        await _target.Bus.NextAsync<StepFailed>();
        await NothingIsLeftAsync();
    }

    [Fact]
    public async Task a_copy_that_is_asked_for_again_while_its_memory_comes_is_ready()
    {
        var daemon = await NewDaemonAsync();
        _target.Desk.Accept(Restore());
        await FeedAsync(daemon);
        await _target.Bus.NextAsync<ShadowReady>();

        _target.Desk.Accept(Restore(attempt: 2));

        await _target.Bus.NextAsync<ShadowReady>();
        Assert.Equal(1, _target.Runtime.Restores);
    }

    [Fact]
    public async Task a_restore_that_is_given_up_takes_its_copy_back_and_the_next_makes_another()
    {
        await NewDaemonAsync();
        _target.Desk.Accept(Restore());
        await Eventually.HoldsAsync("a restored copy", () => _target.Runtime.Restores == 1);
        var next = await NewDaemonAsync();

        _target.Desk.Accept(Restore(attempt: 2));
        Assert.Equal("MS2M-2002", (await _target.Bus.NextAsync<StepFailed>()).Reason.Code);
        await Eventually.HoldsAsync("another copy", () => _target.Runtime.Restores == 2);
        await FeedAsync(next);

        Assert.Equal(2, (await _target.Bus.NextAsync<ShadowReady>()).Attempt);
    }

    [Fact]
    public async Task a_daemon_that_was_given_up_while_it_started_is_ended()
    {
        _target.Runtime.HoldPages = new TaskCompletionSource();
        _target.Desk.Accept(Restore());
        await Eventually.HoldsAsync("a daemon that starts", () => Directory.Exists(_target.Options.PagesFolder)
            && Directory.GetDirectories(_target.Options.PagesFolder).Length == 1);
        Assert.Equal(0, _target.Runtime.PagesEnded);
        _target.Desk.Accept(Restore(attempt: 2));

        await _target.Bus.NextAsync<StepFailed>();

        Assert.Equal(1, _target.Runtime.PagesEnded);
    }

    private RestoreShadow Restore(int attempt = 1) =>
        new(_migration, StepNames.RestoreShadow, attempt, "orders-t", _addressed, 4, _digest)
        {
            KeepsConnections = true,
            PostCopy = true,
        };

    private async Task<FakePageDaemon> NewDaemonAsync()
    {
        var daemon = await FakePageDaemon.StartAsync();
        _target.Runtime.PageDaemons.Enqueue(daemon);
        return daemon;
    }

    /// <summary>One page is asked for, and comes.</summary>
    private async Task FeedAsync(FakePageDaemon daemon)
    {
        var session = await Eventually.GetAsync("the session", () => Task.FromResult(_target.Pages.Of(_migration)));
        var (source, target) = await FakePageDaemon.ChannelAsync();
        _ = session.UseAsync(target, default).ContinueWith(used => used.Exception, TaskScheduler.Default);
        var answer = new byte[PageRequest.Length + Page.Length];
        new PageRequest(7, 1, 0x7000, 1).Write(answer);
        await daemon.Asks.WriteAsync(answer.AsMemory(0, PageRequest.Length));
        await source.ReadExactlyAsync(answer.AsMemory(0, PageRequest.Length)).AsTask().WithinLimitAsync("a question");
        PageRequest.Read(answer).Answered().Write(answer);
        await source.WriteAsync(answer);
        await daemon.Asks.ReadExactlyAsync(answer).AsTask().WithinLimitAsync("a page");
    }

    private async Task NothingIsLeftAsync()
    {
        Assert.Null((await _target.Runtime.FindAsync("orders-t", default)).Value);
        Assert.False(_target.Pages.IsOpen(_migration));
        Assert.Empty(Directory.Exists(_target.Options.PagesFolder) ? Directory.GetDirectories(_target.Options.PagesFolder) : []);
    }
}
