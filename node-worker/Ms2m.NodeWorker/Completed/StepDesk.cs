using System.Collections.Concurrent;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;
using Ms2m.NodeWorker.Steps;

namespace Ms2m.NodeWorker.Completed;

/// <summary>Takes commands of steps, sees that each is worked on once and in order within its migration, and that each
/// gets its answer, over repeats, newer attempts and restarts of the worker.</summary>
public sealed partial class StepDesk(
    StepJournal journal, IServiceProvider services, IBusSender bus, WorkerOptions options, TimeProvider time,
    ILogger<StepDesk> log) : IDisposable
{
    /// <summary>Deadlines, retries and the broker's own redelivery are over within minutes.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(30);

    private readonly ConcurrentDictionary<Guid, Lane> _lanes = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>When this returns, the command is recorded and may be taken from the broker.</summary>
    /// <param name="arrival">How it came over the broker.</param>
    public void Accept(IStepMessage command, Arrival? arrival = null)
    {
        if (!Names.IsValid(command.Step) || command.Attempt < 1)
            throw new ArgumentException("A step's name is a DNS label and its attempts count from 1.");
        var key = new StepKey(command.MigrationId, command.Step, command.Attempt);
        var kind = StepKind.For(command);
        while (!TryAccept(_lanes.GetOrAdd(key.MigrationId, _ => new Lane()), key, kind, command, arrival))
        {
            // Forgotten in this moment: the next lane is a new one.
        }
    }

    /// <returns>False when the lane is forgotten.</returns>
    private bool TryAccept(Lane lane, StepKey key, StepKind kind, IStepMessage command, Arrival? arrival)
    {
        lock (lane)
        {
            if (lane.Forgotten)
                return false;
            if (lane.Works.FirstOrDefault(w => w.Key == key) is { } known)
            {
                Repeated(key.MigrationId, key.Step, key.Attempt);
                known.AnswerAgain();
                return true;
            }
            if (lane.Works.Any(w => w.Key.Step == key.Step && w.Key.Attempt > key.Attempt))
            {
                OutOfDate(key.MigrationId, key.Step, key.Attempt);
                return true;
            }
            // The migration is over on this node. What a late command made now, nobody would remove.
            if (!kind.EndsOthers && lane.Works.Any(w => w.Kind.EndsOthers))
            {
                OutOfDate(key.MigrationId, key.Step, key.Attempt);
                return true;
            }
            Accepted(key.MigrationId, key.Step, key.Attempt);
            var work = new StepWork(
                key, kind, NewEntry(kind, command, arrival), journal, lane.Answers, SendAsync, _stopping.Token);
            work.Record();
            foreach (var other in lane.Works.Where(w => kind.EndsOthers || w.Key.Step == key.Step))
                other.GiveUp();
            lane.Enqueue(work, () => RunAsync(lane, work, command));
            return true;
        }
    }

    /// <summary>Takes up what an earlier life of the worker left: sends answers the broker never confirmed, does again
    /// what can be done again, and says of the rest that it failed.</summary>
    public void Resume()
    {
        journal.RemoveOld(time.GetUtcNow());
        foreach (var (key, entry) in journal.ReadAll())
        {
            if (StepKind.Named(entry.Command) is not { } kind || kind.Read(entry.Body) is not { } command)
                continue;
            var lane = _lanes.GetOrAdd(key.MigrationId, _ => new Lane());
            var work = new StepWork(key, kind, entry, journal, lane.Answers, SendAsync, _stopping.Token);
            lock (lane)
            {
                if (entry.Finished)
                {
                    lane.Works.Add(work);
                    work.AnswerUnsent();
                    continue;
                }
                Unfinished(key.MigrationId, key.Step, key.Attempt, kind.RunsAgain);
                work.AnswerUnsent();
                lane.Enqueue(work, () => kind.RunsAgain
                    ? RunAsync(lane, work, command)
                    : EndAsync(lane, work, NodeFailures.WorkerRestarted(key.Step)));
            }
        }
    }

    /// <summary>Instances of this node on which a migration relies that is not over, as far as is known here.</summary>
    public IReadOnlySet<Participant> Participants()
    {
        var all = new HashSet<Participant>();
        foreach (var (migrationId, lane) in _lanes)
        {
            lock (lane)
            {
                if (Participant.Of(lane.Works, time.GetUtcNow()) is { } instanceId)
                    all.Add(new Participant(migrationId, instanceId));
            }
        }
        return all;
    }

    /// <summary>Forgets migrations of which nothing has been heard for so long that nobody repeats a command.</summary>
    public void Prune()
    {
        var now = time.GetUtcNow();
        foreach (var (migrationId, lane) in _lanes)
        {
            lock (lane)
            {
                if (!lane.Answers.Tail.IsCompleted
                    || !lane.Works.TrueForAll(w => w.IsFinished && now - w.At > Remembered))
                    continue;
                lane.Forgotten = true;
                _lanes.TryRemove(new(migrationId, lane));
                journal.RemoveAll(migrationId);
            }
        }
    }

    /// <summary>Stops working; what is unfinished stays so in the journal.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        foreach (var lane in _lanes.Values)
        {
            Task ended;
            lock (lane)
                ended = Task.WhenAll(lane.Tail, lane.Answers.Tail);
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>Ends when nothing of the migration is being worked on.</summary>
    internal Task IdleAsync(Guid migrationId)
    {
        if (!_lanes.TryGetValue(migrationId, out var lane))
            return Task.CompletedTask;
        lock (lane)
            return lane.Tail;
    }

    private JournalEntry NewEntry(StepKind kind, IStepMessage command, Arrival? arrival) => new()
    {
        Command = kind.Command.Name,
        Body = kind.WithoutSecrets(command),
        At = time.GetUtcNow(),
        Arrival = arrival,
    };

    private async Task RunAsync(Lane lane, StepWork work, IStepMessage command)
    {
        using var span = WorkerTraces.Step(work.Key, work.Trace, options.Node);
        if (span?.Id is { } id)
            work.TracedAs(id);
        Trouble? trouble;
        try
        {
            work.Cancel.ThrowIfCancellationRequested();
            trouble = CommandCheck.Refuse(command)
                ?? await work.Kind.RunAsync(services, command, work.Answer, work.Cancel);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (work.Cancel.IsCancellationRequested)
        {
            trouble = NodeFailures.Superseded(work.Key.Step);
        }
        catch (Exception e)
        {
            // The engine must hear of a defect as of any other failure, or it waits for its deadline.
            Defect(e, work.Key.MigrationId, work.Key.Step, work.Key.Attempt);
            trouble = NodeFailures.Unexpected(work.Key.Step, e);
        }
        WorkerTraces.Ended(span, trouble);
        await EndAsync(lane, work, trouble);
    }

    private Task EndAsync(Lane lane, StepWork work, Trouble? trouble)
    {
        var key = work.Key;
        if (trouble is not null)
        {
            Failed(key.MigrationId, key.Step, key.Attempt, trouble.Reason.Code, trouble.Reason.Message);
            work.Answer(new StepFailed(
                key.MigrationId, work.FailingStep, key.Attempt, options.Node, trouble.Reason, trouble.Retryable));
        }
        else
        {
            Finished(key.MigrationId, key.Step, key.Attempt);
        }
        work.Finish();
        if (trouble is null && work.Kind.Command == typeof(RemoveInstance))
            Forget(lane, work);
        return Task.CompletedTask;
    }

    /// <summary>After a removal only the removal itself may still be repeated.</summary>
    private static void Forget(Lane lane, StepWork removal)
    {
        lock (lane)
        {
            foreach (var work in lane.Works.Where(w => w != removal && w.IsFinished).ToList())
            {
                work.Forget();
                lane.Works.Remove(work);
            }
        }
    }

    private async Task SendAsync(IStepMessage answer, Arrival? answered)
    {
        var pause = TimeSpan.FromMilliseconds(200);
        while (true)
        {
            using var limited = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limited.CancelAfter(TimeSpan.FromSeconds(10));
            try
            {
                await bus.AnswerAsync(answer, answered, limited.Token);
                return;
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                AnswerNotTaken(answer.MigrationId, answer.Step, answer.GetType().Name, e.GetType().Name);
                await Task.Delay(pause, time, _stopping.Token);
                pause = TimeSpan.FromSeconds(Math.Min(5, pause.TotalSeconds * 2));
            }
        }
    }

    /// <summary>The commands of one migration, in the order of their arrival.</summary>
    private sealed class Lane
    {
        public List<StepWork> Works { get; } = [];

        public bool Forgotten { get; set; }

        public AnswerLine Answers { get; } = new();

        public Task Tail { get; private set; } = Task.CompletedTask;

        public void Enqueue(StepWork work, Func<Task> run)
        {
            Works.Add(work);
            Tail = ContinueAsync(Tail, run);
        }

        private static async Task ContinueAsync(Task before, Func<Task> run)
        {
            // Not on the caller's thread: it holds the lane, and its message waits to be acknowledged.
            await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
            await run();
        }
    }
}
