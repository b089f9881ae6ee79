using System.Collections.Concurrent;
using System.Diagnostics;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Completed;

public sealed partial class StepDeskTests
{
    [Fact]
    public async Task a_step_is_a_span_below_its_commands_and_its_answer_carries_it()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = ListenTo(spans);
        var asked = $"00-{_migration:N}-00f067aa0ba902b7-01";
        var desk = NewDesk();
        _restore.Script = (command, answer, _) =>
        {
            using (WorkerTraces.Part("restore"))
            {
            }

            return Answer(answer, Ready(command, 7));
        };

        desk.Accept(Restore(), new Arrival(1, 2, asked));
        await _bus.NextAsync<ShadowReady>();
        await desk.IdleAsync(_migration);
        await Eventually.HoldsAsync("both spans", () => spans.Count == 2);

        var step = spans.Single(span => span.DisplayName == StepNames.RestoreShadow);
        Assert.Equal("00f067aa0ba902b7", step.ParentSpanId.ToHexString());
        Assert.Equal(step.SpanId, spans.Single(span => span.DisplayName == "restore").ParentSpanId);
        Assert.Equal([new Arrival(1, 2, step.Id)], _bus.Answered);
        Assert.Equal(ActivityStatusCode.Ok, step.Status);
    }

    [Fact]
    public async Task a_step_that_failed_says_so_with_its_code()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = ListenTo(spans);
        var desk = NewDesk();
        _restore.Script = (_, _, _) => Task.FromResult<Trouble?>(NodeFailures.NoCheckpoint());

        desk.Accept(Restore(), new Arrival(1, 2));
        await _bus.NextAsync<StepFailed>();
        await Eventually.HoldsAsync("the span", () => !spans.IsEmpty);

        Assert.Equal((ActivityStatusCode.Error, "MS2M-2402"), (spans.Single().Status, spans.Single().StatusDescription));
    }

    private ActivityListener ListenTo(ConcurrentQueue<Activity> spans)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == WorkerTraces.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == MigrationTrace.IdOf(_migration))
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
