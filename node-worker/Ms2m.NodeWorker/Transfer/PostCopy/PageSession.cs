using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Transfer.PostCopy;

/// <summary>Brings what a page daemon asks for from the source, over whichever connection there is: what was asked on one that
/// broke is asked again on the next. When the rest can come no more, the container is killed before the daemon ends.</summary>
internal sealed class PageSession : IAsyncDisposable
{
    private static readonly TimeSpan _ending = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _recently = TimeSpan.FromSeconds(5);

    private readonly IPageDaemon _daemon;
    private readonly Func<Task> _kill;
    private readonly string _sourceNode;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<PageRequest> _open = [];
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource<Outcome<Collected>> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _work;
    private TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _cameAt;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _asked;
    private int _channels;
    private long _unattendedSince;
    private Trouble? _lost;
    private long? _firstAt;
    private long _bytes;

    /// <param name="kill">Kills the container, and then the daemon.</param>
    public PageSession(IPageDaemon daemon, Func<Task> kill, string sourceNode, TimeSpan patience, TimeProvider time)
    {
        (_daemon, _kill, _sourceNode, _patience, _time) = (daemon, kill, sourceNode, patience, time);
        _unattendedSince = time.GetTimestamp();
        _work = Task.WhenAll(HearAsync(), WatchAsync(), EndWithDaemonAsync());
    }

    /// <summary>All of the memory, or why there is no container any more.</summary>
    public Task<Outcome<Collected>> Result => _result.Task;

    /// <summary>Asked before anybody relies on the copy: that whoever touches a missing page waits for it even when the daemon
    /// ends, and that pages come. Until then giving it up costs nothing.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public async Task<Trouble?> ProveAsync(CancellationToken cancel)
    {
        if (!_result.Task.IsCompleted && !await _daemon.HoldPagesAsync() && !_result.Task.IsCompleted)
            return NodeFailures.PagesLost("the copy's missing pages cannot be held");
        Task came;
        lock (_lock)
        {
            if (_channels > 0 && _cameAt is { } at && _time.GetElapsedTime(at) < _recently)
                return LostAlready();
            came = _came.Task;
        }
        try
        {
            await Task.WhenAny(came, _result.Task).WaitAsync(_patience / 3, _time, cancel);
            return LostAlready();
        }
        catch (TimeoutException)
        {
            return NodeFailures.PagesLost($"not one page has come from {_sourceNode}");
        }

        Trouble? LostAlready() => _result.Task is { IsCompletedSuccessfully: true, Result.Trouble: { } lost } ? lost : null;
    }

    /// <summary>Uses a connection until all is over, or it breaks.</summary>
    /// <exception cref="IOException">It broke.</exception>
    public async Task UseAsync(ChannelStream channel, CancellationToken cancel)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        lock (_lock)
        {
            _channels++;
            _asked = 0;
        }
        var (asking, taking) = (AskAsync(channel, ends.Token), TakeAsync(channel, ends.Token));
        try
        {
            await await Task.WhenAny(asking, taking);
            // Either ends well only when all is over. The source is told, and ends too.
            await asking;
            await channel.EndAsync(ends.Token);
            await taking.WaitAsync(_ending, ends.Token);
        }
        catch (TimeoutException)
        {
            // It needs not be waited for.
        }
        finally
        {
            // Whoever comes next must find nobody at work.
            await ends.CancelAsync();
            await Task.WhenAll(asking, taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_lock)
            {
                _channels--;
                _unattendedSince = _time.GetTimestamp();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await LoseAsync(NodeFailures.PagesLost("the migration is taken back"));
        await _daemon.DisposeAsync();
        await _work;
    }

    private async Task AskAsync(ChannelStream channel, CancellationToken cancel)
    {
        while (!_result.Task.IsCompleted)
        {
            Task more;
            byte[] questions;
            lock (_lock)
            {
                more = _more.Task;
                questions = new byte[(_open.Count - _asked) * PageRequest.Length];
                for (var i = 0; _asked < _open.Count; _asked++, i++)
                    _open[_asked].Write(questions.AsSpan(i * PageRequest.Length));
            }
            if (questions.Length > 0)
                await channel.WriteAsync(questions, cancel);
            await Task.WhenAny(more, _result.Task).WaitAsync(cancel);
        }
    }

    private async Task TakeAsync(ChannelStream channel, CancellationToken cancel)
    {
        var answer = new byte[PageRequest.Length + PageRequest.MostPages * Page.Length];
        while (true)
        {
            if (await channel.ReadAtLeastAsync(answer.AsMemory(0, PageRequest.Length), PageRequest.Length, throwOnEndOfStream: false, cancel) == 0)
            {
                if (_result.Task.IsCompleted)
                    return;
                throw new IOException("The source has ended too early.");
            }
            var head = PageRequest.Read(answer);
            PageRequest asked;
            lock (_lock)
                asked = _open.FirstOrDefault();
            if (asked.IsSound && head == asked.Gone())
            {
                await LoseAsync(NodeFailures.SourceMemoryGone(_sourceNode));
                return;
            }
            if (!asked.IsSound || head != asked.Answered())
                throw new IOException("The source answers what it was not asked.");
            await channel.ReadExactlyAsync(answer.AsMemory(PageRequest.Length, asked.Bytes), cancel);
            // Whole, or not at all: the daemon has only this one connection. It may have ended with its processes.
            await _daemon.Questions.WriteAsync(answer.AsMemory(0, PageRequest.Length + asked.Bytes), _over.Token);
            TaskCompletionSource came;
            lock (_lock)
            {
                _open.RemoveAt(0);
                _asked--;
                _bytes += asked.Bytes;
                _cameAt = _time.GetTimestamp();
                (came, _came) = (_came, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            came.SetResult();
        }
    }

    /// <summary>What the daemon asks, whether anybody can answer or not.</summary>
    private async Task HearAsync()
    {
        var said = new byte[PageRequest.Length];
        try
        {
            while (true)
            {
                await _daemon.Questions.ReadExactlyAsync(said, _over.Token);
                var request = PageRequest.Read(said);
                if (request.IsEnd)
                {
                    // It wants to hear that all is well before it ends.
                    await _daemon.Questions.WriteAsync(new byte[sizeof(int)], _over.Token);
                    continue;
                }
                if (!request.IsSound)
                {
                    await LoseAsync(NodeFailures.PagesLost("CRIU's daemon asks what is not understood"));
                    return;
                }
                TaskCompletionSource waiting;
                lock (_lock)
                {
                    _firstAt ??= _time.GetTimestamp();
                    _open.Add(request);
                    (waiting, _more) = (_more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                }
                waiting.SetResult();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The daemon has ended, which is seen for itself.
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_patience / 8, _time);
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                bool lost;
                lock (_lock)
                    lost = _channels == 0 && _time.GetElapsedTime(_unattendedSince) > _patience;
                if (lost)
                    await LoseAsync(NodeFailures.PagesLost($"nothing was heard from {_sourceNode} for too long"));
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async Task EndWithDaemonAsync()
    {
        if (!await _daemon.Ended)
        {
            await LoseAsync(NodeFailures.PagesLost("CRIU's daemon has ended too early"));
            return;
        }
        // A daemon whose processes were killed has nothing more to do either.
        if (Volatile.Read(ref _lost) is not null)
            return;
        lock (_lock)
        {
            var ms = _firstAt is { } first ? _time.GetElapsedTime(first).TotalMilliseconds : 0;
            _result.TrySetResult(new Collected(_bytes, ms));
        }
        await _over.CancelAsync();
    }

    private async Task LoseAsync(Trouble trouble)
    {
        // The first cause counts: what is killed for it ends too.
        if (_result.Task.IsCompleted || Interlocked.CompareExchange(ref _lost, trouble, null) is not null)
            return;
        try
        {
            await _kill();
        }
        catch (Exception e)
        {
            // Whoever waits must hear of it all the same. The daemon lives on, so nobody reads zeros.
            trouble = NodeFailures.PagesLost($"{trouble.Reason.Message} The copy could not be killed: {e.Message}");
        }
        _result.TrySetResult(trouble);
        await _over.CancelAsync();
    }
}

/// <param name="Bytes">That came after the checkpoint.</param>
/// <param name="Ms">From the first question to the end.</param>
public sealed record Collected(long Bytes, double Ms);
