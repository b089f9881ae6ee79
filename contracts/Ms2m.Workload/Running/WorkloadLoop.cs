using System.Diagnostics;
using System.Threading.Channels;

namespace Ms2m.Workload;

/// <summary>Runs one instance: takes signals one after another, hands them to the pure part and does its acts. Everything
/// that a checkpoint must take along is in <see cref="memory"/>; connections are only ever found dead.</summary>
internal sealed partial class WorkloadLoop
{
    private const int SignalsBetweenMessages = 64;
    private readonly Channel<Signal> mailbox = Channel.CreateUnbounded<Signal>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly WorkloadOptions options;
    private readonly Handler handler;
    private readonly InstanceFileReader file;
    private readonly Instance memory;
    private readonly Reports reports = new();
    private readonly Topology topology;
    private readonly Lease lease = new();
    private readonly DateTimeOffset began;
    private volatile bool ended;
    private (TaskCompletionSource<Instance> Done, Action WhileFrozen)? freeze;
    private FileStamp stamp;
    private long begunAt;
    private bool stopping;
    private WorkloadResult? result;

    /// <param name="restored">A copied memory, for tests; a real copy is a whole process.</param>
    public WorkloadLoop(WorkloadOptions options, Handler handler, Instance? restored = null)
    {
        this.options = options;
        this.handler = handler;
        using (var process = Process.GetCurrentProcess())
        {
            began = process.StartTime;
        }
        file = new InstanceFileReader(options.InstanceFilePath);
        topology = new Topology(options);
        memory = restored ?? new Instance(options.Prefetch);
        memory.LinkLost();
    }

    public async Task<WorkloadResult> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = cancellationToken.Register(() => Post(new StopAsked(AtOnce: false)));
        StartLinking();
        while (result is null)
        {
            await TakeSignalsAsync();
            Freeze();
            await RenewLeaseAsync();
            // From this look at the file to the begin nothing is awaited: a copy frozen between them is frozen with the
            // message begun, at the source as in the copy.
            var began = IsStillItself() && !stopping ? memory.TryBegin() : null;
            if (began is not null)
            {
                Begin(began);
            }
            var acted = await DoActsAsync();
            if (!acted && (began is null || memory.Busy) && !mailbox.Reader.TryPeek(out _))
            {
                await FlushAsync();
                CheckStopped();
                if (result is null)
                {
                    await mailbox.Reader.WaitToReadAsync(CancellationToken.None);
                }
            }
        }
        ended = true;
        if (link is { IsOpen: true } open)
        {
            await open.CloseAsync();
        }
        return result.Value;
    }

    /// <summary>For tests: a copy of the memory between two messages, as a checkpoint would take it.</summary>
    /// <param name="whileFrozen">Copies the workload's own state at the same moment.</param>
    internal Task<Instance> FreezeAsync(Action whileFrozen)
    {
        var done = new TaskCompletionSource<Instance>(TaskCreationOptions.RunContinuationsAsynchronously);
        freeze = (done, whileFrozen);
        Post(new TimePassed());
        return done.Task;
    }

    /// <summary>For tests: the connection dies as it does under a restored process.</summary>
    internal void Disconnect() => link?.Break();

    private void Post(Signal signal) => mailbox.Writer.TryWrite(signal);

    private async Task TakeSignalsAsync()
    {
        for (var taken = 0; taken < SignalsBetweenMessages && mailbox.Reader.TryRead(out var signal); taken++)
        {
            // In a copy, what waited in the mailbox was meant for the original.
            if (signal.Link is not null && (signal.Link != link || !IsStillItself()))
            {
                continue;
            }
            if (signal.Link is not null)
            {
                lease.Heard();
            }
            await TakeAsync(signal);
            await DoActsAsync();
        }
    }

    private void Begin(Message message)
    {
        begunAt = Stopwatch.GetTimestamp();
        if (message.TimeMs == 0)
        {
            message.TimeMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        }
        var effects = new Effects(message.Name);
        try
        {
            var handling = handler(message, effects);
            if (!handling.IsCompletedSuccessfully)
            {
                _ = AwaitAsync(handling, effects);
                return;
            }
            Finish(effects, null);
        }
        catch (Exception error)
        {
            Finish(effects, error);
        }
    }

    private async Task AwaitAsync(ValueTask handling, Effects effects)
    {
        Exception? failure = null;
        try
        {
            await handling;
        }
        catch (Exception error)
        {
            failure = error;
        }
        Post(new HandlerDone(effects, failure));
    }

    private void Finish(Effects effects, Exception? error)
    {
        if (error is not null)
        {
            options.Log($"the handler failed: {error.GetType().Name}: {error.Message}; the message goes to the dead letters");
        }
        progress?.Handled(Stopwatch.GetElapsedTime(begunAt));
        memory.Finished(effects.Sent, error is not null);
    }

    private void Freeze()
    {
        if (freeze is var (done, whileFrozen) && !memory.Busy)
        {
            freeze = null;
            whileFrozen();
            done.SetResult(memory.Clone());
        }
    }

    private void CheckStopped()
    {
        if (stopping && (memory.Idle || link is null))
        {
            result = WorkloadResult.Stopped;
        }
    }
}
