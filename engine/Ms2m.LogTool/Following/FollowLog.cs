using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.EventLog.Streams;
using Npgsql;

namespace Ms2m.LogTool.Following;

/// <summary>The log as it grows. When the store goes away it waits and goes on after the last event it gave: no event is left
/// out, none comes twice.</summary>
internal sealed class FollowLog(LogStore store, TimeProvider time)
{
    private static readonly TimeSpan _pauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Called when the store is away, and with null when it is back.</summary>
    public Action<NpgsqlException?> OnStore { get; init; } = _ => { };

    /// <param name="stream">Only this migration's events; null for all.</param>
    /// <param name="after">Begin after this position of the whole log.</param>
    /// <exception cref="NpgsqlException">The store was never there, or refuses what is asked.</exception>
    public async IAsyncEnumerable<RecordedEvent> AfterAsync(
        Guid? stream, long after, [EnumeratorCancellation] CancellationToken token)
    {
        await using (var question = store.Source.CreateCommand("select 1"))
        {
            await question.ExecuteNonQueryAsync(token);
        }

        using var listener = new AppendedListener(store.Source, time, NullLogger<AppendedListener>.Instance);
        await listener.StartAsync(token);
        try
        {
            var follow = new FollowEvents(store.All, store.Streams, listener, time);
            var (version, away) = (1L, false);
            while (true)
            {
                await using var events = (stream is { } one
                    ? follow.StreamAsync(one, version, token)
                    : follow.AllAsync(after, token)).GetAsyncEnumerator(token);
                while (true)
                {
                    RecordedEvent next;
                    try
                    {
                        await events.MoveNextAsync();
                        next = events.Current;
                    }
                    catch (NpgsqlException lost) when (IsPassing(lost))
                    {
                        if (!away)
                        {
                            OnStore(lost);
                        }

                        away = true;
                        break;
                    }

                    if (away)
                    {
                        OnStore(null);
                    }

                    (away, version) = (false, next.Version + 1);
                    if (next.SeqId > after)
                    {
                        after = next.SeqId;
                        yield return next;
                    }
                }

                await Task.Delay(_pauseAfterFailure, time, token);
            }
        }
        finally
        {
            await listener.StopAsync(CancellationToken.None);
        }
    }

    // What a store that is there refuses today, such as a table or a right that is missing, it will refuse tomorrow. What ends
    // with a restart or with the network are its own connection errors (08), and that it stops or starts (57P0).
    private static bool IsPassing(NpgsqlException lost) =>
        lost is not PostgresException { SqlState: var state }
        || state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("57P0", StringComparison.Ordinal);
}
