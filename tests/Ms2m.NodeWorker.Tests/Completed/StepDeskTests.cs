using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Steps;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Completed;

public sealed partial class StepDeskTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeBus _bus = new();
    private readonly Scripted<RestoreShadow> _restore = new();
    private readonly Scripted<TakeCheckpoint> _take = new();
    private readonly Scripted<RemoveInstance> _remove = new();
    private readonly List<StepDesk> _desks = [];
    private readonly Guid _migration = Guid.NewGuid();

    private WorkerOptions Options => TestOptions.In(_folder.Path);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var desk in _desks)
            await desk.StopAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task a_command_is_done_once_and_a_repeat_gets_the_first_answer()
    {
        var desk = NewDesk();
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 7));

        desk.Accept(Restore());
        Assert.Equal(7, (await _bus.NextAsync<ShadowReady>()).RestoreMs);
        await desk.IdleAsync(_migration);
        desk.Accept(Restore());

        Assert.Equal(7, (await _bus.NextAsync<ShadowReady>()).RestoreMs);
        Assert.Equal(1, _restore.Calls);
    }

    [Fact]
    public async Task a_migration_of_which_nothing_is_heard_any_more_is_forgotten_on_disk_too()
    {
        var time = new LateTime();
        var desk = NewDesk(time);
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 7));
        desk.Accept(Restore());
        await _bus.NextAsync<ShadowReady>();
        await desk.IdleAsync(_migration);
        await desk.StopAsync();

        desk.Prune();
        Assert.NotEmpty(Directory.GetFiles(Options.JournalFolder, "*", SearchOption.AllDirectories));
        time.Late = TimeSpan.FromHours(1);
        desk.Prune();

        Assert.Empty(Directory.GetFileSystemEntries(Options.JournalFolder));
    }

    [Fact]
    public async Task a_repeat_while_the_work_is_under_way_does_not_start_it_again()
    {
        var desk = NewDesk();
        var hold = new TaskCompletionSource();
        _restore.Script = async (command, answer, _) =>
        {
            await hold.Task;
            return await Answer(answer, Ready(command, 1));
        };

        desk.Accept(Restore());
        desk.Accept(Restore());
        hold.SetResult();

        await _bus.NextAsync<ShadowReady>();
        await desk.IdleAsync(_migration);
        Assert.Equal(1, _restore.Calls);
        Assert.False(_bus.HasMore);
    }

    [Fact]
    public async Task trouble_is_answered_with_its_code_and_whether_to_try_again()
    {
        var desk = NewDesk();
        _restore.Script = (_, _, _) => Task.FromResult<Trouble?>(NodeFailures.NoCheckpoint());

        desk.Accept(Restore());

        var failed = await _bus.NextAsync<StepFailed>();
        Assert.Equal(("MS2M-2402", false, "node-t", StepNames.RestoreShadow, 1),
            (failed.Reason.Code, failed.Retryable, failed.Node, failed.Step, failed.Attempt));
    }

    [Fact]
    public async Task a_defect_is_answered_instead_of_a_silence()
    {
        var desk = NewDesk();
        _restore.Script = (_, _, _) => throw new InvalidOperationException("nobody thought of this");

        desk.Accept(Restore());

        Assert.Equal("MS2M-2004", (await _bus.NextAsync<StepFailed>()).Reason.Code);
    }

    [Fact]
    public async Task a_newer_attempt_ends_the_older_one_before_it_begins()
    {
        var desk = NewDesk();
        var order = new List<string>();
        _restore.Script = async (command, answer, cancel) =>
        {
            order.Add($"begin {command.Attempt}");
            if (command.Attempt == 1)
                await ForeverAsync(() => order.Add("end 1"), cancel);
            return await Answer(answer, Ready(command, 2));
        };

        desk.Accept(Restore());
        await Eventually.HoldsAsync("the first attempt's begin", () => _restore.Calls == 1);
        desk.Accept(Restore(attempt: 2));

        Assert.Equal("MS2M-2002", (await _bus.NextAsync<StepFailed>()).Reason.Code);
        Assert.Equal(2, (await _bus.NextAsync<ShadowReady>()).Attempt);
        Assert.Equal(["begin 1", "end 1", "begin 2"], order);
    }

    [Fact]
    public async Task an_older_attempt_that_comes_late_changes_nothing()
    {
        var desk = NewDesk();
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 1));

        desk.Accept(Restore(attempt: 2));
        await _bus.NextAsync<ShadowReady>();
        desk.Accept(Restore(attempt: 1));
        await desk.IdleAsync(_migration);

        Assert.Equal(1, _restore.Calls);
        Assert.False(_bus.HasMore);
    }

    [Fact]
    public async Task a_removal_ends_whatever_the_migration_is_doing()
    {
        var desk = NewDesk();
        _take.Script = async (_, _, cancel) =>
        {
            await ForeverAsync(() => { }, cancel);
            return null;
        };
        _remove.Script = (command, answer, _) => Answer(answer,
            new InstanceRemoved(command.MigrationId, command.Step, command.Attempt, "node-t", command.InstanceId));

        desk.Accept(Take());
        await Eventually.HoldsAsync("the checkpoint's begin", () => _take.Calls == 1);
        desk.Accept(new RemoveInstance(_migration, StepNames.RemoveTarget, 1, "t-1"));

        await _bus.NextAsync<StepFailed>();
        await _bus.NextAsync<InstanceRemoved>();
    }

    [Fact]
    public async Task steps_of_one_migration_keep_their_order_and_others_do_not_wait()
    {
        var desk = NewDesk();
        var hold = new TaskCompletionSource();
        _take.Script = async (_, _, _) =>
        {
            await hold.Task;
            return null;
        };
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 1));
        var other = Guid.NewGuid();

        desk.Accept(Take());
        desk.Accept(Restore());
        desk.Accept(Restore() with { MigrationId = other });

        Assert.Equal(other, (await _bus.NextAsync<ShadowReady>()).MigrationId);
        Assert.False(_bus.HasMore);
        hold.SetResult();
        Assert.Equal(_migration, (await _bus.NextAsync<ShadowReady>()).MigrationId);
    }

    [Fact]
    public async Task an_answer_the_broker_did_not_take_is_sent_when_it_is_back()
    {
        var desk = NewDesk();
        _bus.CutOff = true;
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 3));

        desk.Accept(Restore());
        await Eventually.HoldsAsync("a refused answer", () => _bus.Refused > 0);
        _bus.CutOff = false;

        Assert.Equal(3, (await _bus.NextAsync<ShadowReady>()).RestoreMs);
    }

    [Fact]
    public async Task an_answer_the_broker_did_not_take_outlives_the_worker()
    {
        var first = NewDesk();
        _bus.CutOff = true;
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 3));
        first.Accept(Restore());
        await first.IdleAsync(_migration);
        await first.StopAsync();
        _bus.CutOff = false;

        NewDesk().Resume();

        Assert.Equal(3, (await _bus.NextAsync<ShadowReady>()).RestoreMs);
        Assert.Equal(1, _restore.Calls);
    }

    [Fact]
    public async Task no_secret_reaches_the_journal()
    {
        var desk = NewDesk();
        _take.Script = (_, _, _) => Task.FromResult<Trouble?>(NodeFailures.NoSuchInstance("s-1"));

        desk.Accept(Take());
        await _bus.NextAsync<StepFailed>();

        var files = Directory.GetFiles(Options.JournalFolder, "*.json", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.DoesNotContain("top-secret", File.ReadAllText(f), StringComparison.Ordinal));
        Assert.All(files, f => Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task a_command_that_comes_after_the_removal_makes_nothing_even_after_a_restart()
    {
        var desk = NewDesk();
        _remove.Script = (command, answer, _) => Answer(answer,
            new InstanceRemoved(command.MigrationId, command.Step, command.Attempt, "node-t", command.InstanceId));
        desk.Accept(new RemoveInstance(_migration, StepNames.RemoveTarget, 1, "t-1"));
        await _bus.NextAsync<InstanceRemoved>();
        await desk.IdleAsync(_migration);
        await desk.StopAsync();

        var next = NewDesk();
        next.Resume();
        next.Accept(Restore());
        await next.IdleAsync(_migration);

        Assert.Equal(0, _restore.Calls);
    }

    [Fact]
    public async Task after_a_removal_the_journal_remembers_only_the_removal()
    {
        var desk = NewDesk();
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 1));
        _remove.Script = (command, answer, _) => Answer(answer,
            new InstanceRemoved(command.MigrationId, command.Step, command.Attempt, "node-t", command.InstanceId));
        desk.Accept(Restore());
        await _bus.NextAsync<ShadowReady>();

        desk.Accept(new RemoveInstance(_migration, StepNames.RemoveTarget, 1, "t-1"));
        await _bus.NextAsync<InstanceRemoved>();
        await desk.IdleAsync(_migration);

        await Eventually.HoldsAsync("a journal with the removal alone", () =>
            Directory.GetFiles(Options.JournalFolder, "*.json", SearchOption.AllDirectories) is [var only]
            && Path.GetFileName(only) == "remove-target.1.json");
    }

    [Theory]
    [InlineData("../outside", 1)]
    [InlineData("", 1)]
    [InlineData("a.b", 1)]
    [InlineData("step", 0)]
    public void a_step_whose_name_could_be_a_path_is_refused(string step, int attempt)
    {
        var desk = NewDesk();

        Assert.Throws<ArgumentException>(() => desk.Accept(Restore() with { Step = step, Attempt = attempt }));
    }

    private RestoreShadow Restore(int attempt = 1) => new(
        _migration, StepNames.RestoreShadow, attempt, "t-1",
        new WorkloadSpec("t", "image", "q", new Dictionary<string, string>()), 1, "digest");

    private TakeCheckpoint Take() =>
        new(_migration, StepNames.TakeCheckpoint, 1, "s-1", "node-t", "https://127.0.0.1:1/", "top-secret", 1000);

    private static ShadowReady Ready(RestoreShadow command, double ms) =>
        new(command.MigrationId, command.Step, command.Attempt, "node-t", command.InstanceId, ms);

    private static Task<Trouble?> Answer(Action<IStepMessage> answer, IStepMessage message)
    {
        answer(message);
        return Task.FromResult<Trouble?>(null);
    }

    private static async Task<Trouble?> ForeverAsync(Action ended, CancellationToken cancel)
    {
        var never = new TaskCompletionSource();
        await using var registration = cancel.Register(() => never.TrySetCanceled(cancel));
        try
        {
            await never.Task;
            return null;
        }
        finally
        {
            ended();
        }
    }

    private StepDesk NewDesk(TimeProvider? time = null)
    {
        var services = new ServiceCollection()
            .AddSingleton<IStepHandler<RestoreShadow>>(_restore)
            .AddSingleton<IStepHandler<TakeCheckpoint>>(_take)
            .AddSingleton<IStepHandler<RemoveInstance>>(_remove)
            .BuildServiceProvider();
        var desk = new StepDesk(
            new StepJournal(Options), services, _bus, Options, time ?? TimeProvider.System, NullLogger<StepDesk>.Instance);
        _desks.Add(desk);
        return desk;
    }

    private sealed class Scripted<T> : IStepHandler<T>
        where T : IStepMessage
    {
        private int _calls;

        public Func<T, Action<IStepMessage>, CancellationToken, Task<Trouble?>> Script { get; set; } =
            (_, _, _) => Task.FromResult<Trouble?>(null);

        public int Calls => Volatile.Read(ref _calls);

        public Task<Trouble?> HandleAsync(T command, Action<IStepMessage> answer, CancellationToken cancel)
        {
            Interlocked.Increment(ref _calls);
            return Script(command, answer, cancel);
        }
    }
}
