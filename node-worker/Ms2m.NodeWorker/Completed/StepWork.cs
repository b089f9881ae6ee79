using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Completed;

/// <summary>One command at work: its record, and its answers on their way.</summary>
internal sealed class StepWork(
    StepKey key, StepKind kind, JournalEntry entry, StepJournal journal, AnswerLine line,
    Func<IStepMessage, Arrival?, Task> send, CancellationToken stopping)
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
    private bool _forgotten;

    public StepKey Key => key;

    public StepKind Kind => kind;

    public CancellationToken Cancel => _cancel.Token;

    public bool IsFinished => entry.Finished;

    /// <summary>When the command came.</summary>
    public DateTimeOffset At => entry.At;

    /// <summary>The step that fails when this work does: one command takes a checkpoint and sends it, and what was taken
    /// can only fail to be sent.</summary>
    public string FailingStep => HasAnswered<CheckpointTaken>() ? StepNames.SendCheckpoint : key.Step;

    public IStepMessage? Command => kind.Read(entry.Body);

    /// <summary>The span that the command came from.</summary>
    public string? Trace => entry.Arrival?.Trace;

    /// <summary>From now on answers carry the work's own span.</summary>
    public void TracedAs(string span)
    {
        lock (_lock)
            entry.Arrival = entry.Arrival is { } arrival ? arrival with { Trace = span } : null;
    }

    public bool HasAnswered<T>()
        where T : IStepMessage
    {
        lock (_lock)
            return entry.Answers.Any(a => a.Type == typeof(T).Name);
    }

    public void Record() => journal.Write(key, entry);

    /// <summary>Harmless to work that has ended.</summary>
    public void GiveUp()
    {
        lock (_lock)
        {
            if (!entry.Finished)
                _cancel.Cancel();
        }
    }

    public void Answer(IStepMessage answer)
    {
        lock (_lock)
        {
            entry.Answers.Add(JournaledAnswer.Of(answer));
            // Recorded before it is sent: after a crash in between it is sent again, never lost.
            Record();
            Send(entry.Answers.Count - 1);
        }
    }

    public void AnswerAgain()
    {
        lock (_lock)
        {
            for (var i = 0; i < entry.Answers.Count; i++)
                Send(i);
        }
    }

    public void AnswerUnsent()
    {
        lock (_lock)
        {
            for (var i = 0; i < entry.Answers.Count; i++)
            {
                if (!entry.Answers[i].Sent)
                    Send(i);
            }
        }
    }

    public void Finish()
    {
        lock (_lock)
        {
            entry.Finished = true;
            Record();
        }
    }

    public void Forget()
    {
        lock (_lock)
        {
            _forgotten = true;
            journal.Remove(key);
        }
    }

    private void Send(int index) => line.Add(() => SendAsync(index));

    private async Task SendAsync(int index)
    {
        if (stopping.IsCancellationRequested || entry.Answers[index].Read() is not { } answer)
            return;
        await send(answer, entry.Arrival);
        lock (_lock)
        {
            entry.Answers[index] = entry.Answers[index] with { Sent = true };
            if (!_forgotten)
                Record();
        }
    }
}
