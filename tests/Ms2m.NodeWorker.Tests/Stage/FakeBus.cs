using System.Collections.Concurrent;
using System.Threading.Channels;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Hosting;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A broker that can be cut off.</summary>
public sealed class FakeBus : IBusSender
{
    private readonly Channel<IMigrationMessage> _answers = Channel.CreateUnbounded<IMigrationMessage>();

    private volatile bool _cutOff;
    private int _refused;

    public bool CutOff
    {
        get => _cutOff;
        set => _cutOff = value;
    }

    public int Refused => Volatile.Read(ref _refused);

    public List<object> Published { get; } = [];

    /// <summary>To which arrivals the answers were given, in their order.</summary>
    public ConcurrentQueue<Arrival?> Answered { get; } = new();

    public Task AnswerAsync(IMigrationMessage answer, Arrival? answered, CancellationToken cancel)
    {
        if (CutOff)
        {
            Interlocked.Increment(ref _refused);
            throw new IOException("The broker is gone.");
        }
        Answered.Enqueue(answered);
        return _answers.Writer.WriteAsync(answer, cancel).AsTask();
    }

    public Task PublishAsync(object answer, CancellationToken cancel)
    {
        lock (Published)
            Published.Add(answer);
        return Task.CompletedTask;
    }

    public Task ReportAsync(NodeReported report, CancellationToken cancel) => Task.CompletedTask;

    public Task<IMigrationMessage> NextAsync() => _answers.Reader.ReadAsync().AsTask().WithinLimitAsync("an answer");

    public async Task<T> NextAsync<T>()
        where T : IMigrationMessage
    {
        var answer = await _answers.Reader.ReadAsync().AsTask().WithinLimitAsync(typeof(T).Name);
        return Assert.IsType<T>(answer);
    }

    public bool HasMore => _answers.Reader.TryPeek(out _);
}
