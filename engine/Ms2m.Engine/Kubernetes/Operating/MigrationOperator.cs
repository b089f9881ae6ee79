using System.Collections.Concurrent;
using Ms2m.Engine.Kubernetes.Leading;
using Ms2m.EventLog.Streams;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Operator;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>Keeps every <see cref="StatefulMigration"/> and the log together: it hears of both, and looks at all of them from
/// time to time in case that it missed something.</summary>
internal sealed partial class MigrationOperator(
    IKubernetesApi api, Reconciler reconciler, FollowEvents follow, ReadAll readAll, KubernetesOptions options, TimeProvider time,
    ILogger<MigrationOperator> logger) : ILeaderDuty
{
    private const int AtOnce = 4;

    private static readonly TimeSpan _afterFailure = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken leading)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(leading);
        var term = new Term();
        var newest = await readAll.NewestAsync(ending.Token);
        Task[] parts =
        [
            WatchAsync(term, ending.Token),
            FollowAsync(term, newest, ending.Token),
            ResyncAsync(term, ending.Token),
            .. Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(term, ending.Token)),
        ];
        var first = await Task.WhenAny(parts);
        await ending.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task WatchAsync(Term term, CancellationToken token)
    {
        var heard = new HashSet<ObjectName>();
        await foreach (var news in api.WatchAsync(Kinds.Migrations, Selection.All, token))
        {
            switch (news)
            {
                case { Kind: WatchedKind.Restarted }:
                    heard.Clear();
                    break;
                case { Kind: WatchedKind.Present, What: { } asked }:
                    heard.Add(NameOf(asked));
                    term.Put(asked);
                    break;
                case { Kind: WatchedKind.Gone, What: { } gone }:
                    term.Drop(NameOf(gone));
                    break;
                case { Kind: WatchedKind.Synchronized }:
                    foreach (var missed in term.Objects.Keys.Where(name => !heard.Contains(name)))
                    {
                        term.Drop(missed);
                    }

                    break;
            }
        }
    }

    private async Task FollowAsync(Term term, long after, CancellationToken token)
    {
        while (true)
        {
            try
            {
                await foreach (var one in follow.AllAsync(after, token))
                {
                    after = one.SeqId;
                    if (term.ById.TryGetValue(one.StreamId, out var name))
                    {
                        term.Queue.Add(name);
                    }
                }
            }
            catch (Exception failure) when (!token.IsCancellationRequested)
            {
                // The store is away, or the event is of a newer engine: the slow look finds what is missed meanwhile.
                LogNotFollowing(failure.GetType().Name);
                await Task.Delay(_afterFailure, time, token);
            }
        }
    }

    private async Task ResyncAsync(Term term, CancellationToken token)
    {
        while (true)
        {
            await Task.Delay(options.Resync, time, token);
            foreach (var (name, asked) in term.Objects)
            {
                if (!OperatorRule.IsSettled(asked) || asked.Metadata.IsGoing)
                {
                    term.Queue.Add(name);
                }
            }
        }
    }

    private async Task WorkAsync(Term term, CancellationToken token)
    {
        while (true)
        {
            var name = await term.Queue.TakeAsync(token);
            TimeSpan? again = null;
            try
            {
                if (term.Objects.TryGetValue(name, out var asked))
                {
                    (var now, again) = await reconciler.ReconcileAsync(asked, token);
                    term.Learn(name, asked, now);
                }
            }
            catch (Exception failure) when (!token.IsCancellationRequested)
            {
                LogFailed(name.ToString(), failure is KubernetesRefusedException ? failure.Message : failure.GetType().Name, failure);
                again = _afterFailure;
            }
            finally
            {
                term.Queue.Done(name);
            }

            if (again is { } pause)
            {
                _ = LaterAsync(term, name, pause, token);
            }
        }
    }

    private async Task LaterAsync(Term term, ObjectName name, TimeSpan pause, CancellationToken token)
    {
        await Task.Delay(pause, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!token.IsCancellationRequested)
        {
            term.Queue.Add(name);
        }
    }

    private static ObjectName NameOf(StatefulMigration asked) => new(asked.Metadata.Namespace, asked.Metadata.Name!);

    /// <summary>What is known while this engine leads; the next leader begins with nothing.</summary>
    private sealed class Term
    {
        public ConcurrentDictionary<ObjectName, StatefulMigration> Objects { get; } = [];

        public ConcurrentDictionary<Guid, ObjectName> ById { get; } = [];

        public KeyedQueue<ObjectName> Queue { get; } = new();

        public void Put(StatefulMigration asked)
        {
            Objects[NameOf(asked)] = asked;
            ById[MigrationOrder.IdOf(asked)] = NameOf(asked);
            Queue.Add(NameOf(asked));
        }

        public void Drop(ObjectName name)
        {
            if (Objects.TryRemove(name, out var gone))
            {
                ById.TryRemove(MigrationOrder.IdOf(gone), out _);
            }
        }

        /// <summary>What our own write answered, unless the watch was faster.</summary>
        public void Learn(ObjectName name, StatefulMigration before, StatefulMigration? now)
        {
            if (now is not null)
            {
                Objects.TryUpdate(name, now, before);
            }
            else if (Objects.TryGetValue(name, out var known) && ReferenceEquals(known, before))
            {
                Drop(name);
            }
        }
    }

    [LoggerMessage(1820, LogLevel.Warning, "The migration {Name} could not be brought up to date: {Reason}")]
    private partial void LogFailed(string name, string reason, Exception failure);

    [LoggerMessage(1821, LogLevel.Warning, "The log cannot be followed ({Reason}); objects are brought up to date more slowly")]
    private partial void LogNotFollowing(string reason);
}
