using System.Runtime.CompilerServices;

namespace Ms2m.EventLog.Streams;

/// <summary>Reads what is there and then goes on with what comes, until cancelled.</summary>
public sealed class FollowEvents(ReadAll readAll, ReadStream readStream, AppendedListener appended, TimeProvider time)
{
    // In case the listener's connection is down.
    private static readonly TimeSpan _poll = TimeSpan.FromSeconds(1);

    /// <summary>The whole log after a position.</summary>
    public async IAsyncEnumerable<RecordedEvent> AllAsync(
        long afterSeqId, [EnumeratorCancellation] CancellationToken token)
    {
        while (true)
        {
            var next = appended.NextAppend;
            await foreach (var one in readAll.AfterAsync(afterSeqId, token))
            {
                yield return one;
                afterSeqId = one.SeqId;
            }

            await NextAsync(next, token);
        }
    }

    /// <summary>One stream from a version on; also a stream that does not exist yet.</summary>
    public async IAsyncEnumerable<RecordedEvent> StreamAsync(
        Guid streamId, long fromVersion, [EnumeratorCancellation] CancellationToken token)
    {
        while (true)
        {
            var next = appended.NextAppend;
            foreach (var one in await readStream.ReadAsync(streamId, fromVersion, token))
            {
                yield return one;
                fromVersion = one.Version + 1;
            }

            await NextAsync(next, token);
        }
    }

    private async Task NextAsync(Task next, CancellationToken token)
    {
        await next.WaitAsync(_poll, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        token.ThrowIfCancellationRequested();
    }
}
