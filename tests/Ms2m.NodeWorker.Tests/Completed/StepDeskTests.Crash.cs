using Ms2m.Contracts;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Completed;

/// <summary>What the next life of a worker makes of what the last one left.</summary>
public sealed partial class StepDeskTests
{
    [Fact]
    public async Task an_answer_says_how_its_command_came_also_after_a_restart()
    {
        var arrival = new Arrival(Asked: 1_763_700_000_000_001, Received: 1_763_700_000_000_321);
        var first = NewDesk();
        _bus.CutOff = true;
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 3));
        first.Accept(Restore(), arrival);
        await first.IdleAsync(_migration);
        await first.StopAsync();
        _bus.CutOff = false;

        NewDesk().Resume();

        await _bus.NextAsync<ShadowReady>();
        Assert.Equal([arrival], _bus.Answered);
    }

    [Fact]
    public async Task a_journal_that_was_written_before_arrivals_were_kept_is_resumed()
    {
        var first = NewDesk();
        _bus.CutOff = true;
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 3));
        first.Accept(Restore());
        await first.IdleAsync(_migration);
        await first.StopAsync();
        Assert.All(Directory.GetFiles(Options.JournalFolder, "*.json", SearchOption.AllDirectories), file =>
            Assert.DoesNotContain("arrival", File.ReadAllText(file), StringComparison.OrdinalIgnoreCase));
        _bus.CutOff = false;

        NewDesk().Resume();

        await _bus.NextAsync<ShadowReady>();
        Assert.Equal([null], _bus.Answered);
    }

    [Fact]
    public async Task what_a_crash_left_undone_is_done_again_when_it_can_be()
    {
        var first = NewDesk();
        _restore.Script = (_, _, cancel) => ForeverAsync(() => { }, cancel);
        first.Accept(Restore());
        await Eventually.HoldsAsync("the step's begin", () => _restore.Calls == 1);
        await first.StopAsync();

        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 5));
        NewDesk().Resume();

        Assert.Equal(5, (await _bus.NextAsync<ShadowReady>()).RestoreMs);
    }

    [Fact]
    public async Task what_a_crash_left_undone_and_needs_its_secret_is_answered_as_failed()
    {
        var first = NewDesk();
        _take.Script = (_, _, cancel) => ForeverAsync(() => { }, cancel);
        first.Accept(Take());
        await Eventually.HoldsAsync("the step's begin", () => _take.Calls == 1);
        await first.StopAsync();

        NewDesk().Resume();

        var failed = await _bus.NextAsync<StepFailed>();
        Assert.Equal(("MS2M-2001", true), (failed.Reason.Code, failed.Retryable));
        Assert.Equal(1, _take.Calls);
    }

    [Fact]
    public async Task a_checkpoint_that_a_crash_kept_from_being_sent_is_answered_as_a_failed_sending()
    {
        var first = NewDesk();
        _take.Script = (command, answer, cancel) =>
        {
            answer(new CheckpointTaken(command.MigrationId, command.Step, command.Attempt, "node-t", 1, 2));
            return ForeverAsync(() => { }, cancel);
        };
        first.Accept(Take());
        await _bus.NextAsync<CheckpointTaken>();
        await first.StopAsync();

        NewDesk().Resume();

        var failed = await _bus.NextAsync<StepFailed>();
        Assert.Equal((StepNames.SendCheckpoint, "MS2M-2001"), (failed.Step, failed.Reason.Code));
    }

    [Fact]
    public async Task a_repeat_after_a_restart_gets_the_first_answer_too()
    {
        var first = NewDesk();
        _restore.Script = (command, answer, _) => Answer(answer, Ready(command, 7));
        first.Accept(Restore());
        await _bus.NextAsync<ShadowReady>();
        await first.IdleAsync(_migration);
        await first.StopAsync();

        var second = NewDesk();
        second.Resume();
        second.Accept(Restore());

        Assert.Equal(7, (await _bus.NextAsync<ShadowReady>()).RestoreMs);
        Assert.Equal(1, _restore.Calls);
    }
}
