using System.Net;

namespace Ms2m.Cli.Api;

/// <summary>Follows one migration to its end by long polls of its log, also across a restart of the engine.</summary>
public sealed class MigrationFollower(EngineClient engine, Guid id, TimeProvider time)
{
    private const int PollMs = 10_000;

    /// <summary>While it waits for its turn nothing happens in its own log, and its place changes all the same.</summary>
    private const int QueuedPollMs = 1_000;

    private bool _queued;

    /// <summary>An engine that was killed is back within seconds where a supervisor runs; after this it is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Version of the last event seen; the next poll asks for what comes after it.</summary>
    public long After { get; set; }

    /// <summary>Says that the engine is away, once each time it goes.</summary>
    public Action<EngineUnreachableException>? Away { get; init; }

    /// <summary>The next events, or an empty list when none came within some seconds.</summary>
    public async Task<IReadOnlyList<LogEvent>> Next(CancellationToken cancel)
    {
        var events = await Patiently(() => engine.Events(id, After, _queued ? QueuedPollMs : PollMs, cancel), cancel);
        var list = events.As<List<LogEvent>>();
        if (list.Count > 0)
        {
            After = list[^1].Version;
        }

        return list;
    }

    public async Task<MigrationView> View(CancellationToken cancel)
    {
        var view = (await Patiently(() => engine.Migration(id, cancel), cancel)).As<MigrationView>();
        _queued = view.Queue is not null;
        return view;
    }

    /// <summary>Until the end; <paramref name="changed"/> is told of every batch of events and what they led to.</summary>
    public async Task<MigrationView> ToTheEnd(
        Action<IReadOnlyList<LogEvent>, MigrationView> changed, CancellationToken cancel)
    {
        while (true)
        {
            var events = await Next(cancel);
            var view = await View(cancel);
            changed(events, view);
            if (view.Finished)
            {
                return view;
            }
        }
    }

    private async Task<T> Patiently<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        var told = false;
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (EngineUnreachableException gone) when (time.GetElapsedTime(begun) < Patience)
            {
                if (!told)
                {
                    Away?.Invoke(gone);
                    told = true;
                }
            }
            catch (EngineRefusedException unready) when (
                unready.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway
                && time.GetElapsedTime(begun) < Patience)
            {
                // The engine is starting, or waits for its store: the migration is not lost, only not visible.
            }

            await Task.Delay(Pause, time, cancel);
        }
    }
}
