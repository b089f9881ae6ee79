using Ms2m.EventLog.Streams;

namespace Ms2m.EventLog.Projections;

/// <summary>A read model: something computed from the events alone, that can be thrown away and made anew.</summary>
public interface IProjection
{
    /// <summary>Under which its progress is kept. Of our own form (<c>ms2m:…</c>), so that it is no shard of Marten's.</summary>
    string Name { get; }

    /// <summary>Writes what follows from the next events, in the session's transaction.</summary>
    /// <param name="events">In the order of the log, without a gap to the last call's.</param>
    /// <param name="after">The position before the first of them, from where the projection has been before: it may be another
    /// engine that has brought it there.</param>
    Task ApplyAsync(PgSession session, long after, IReadOnlyList<RecordedEvent> events, CancellationToken token);

    /// <summary>Removes all of it, in the session's transaction.</summary>
    Task ClearAsync(PgSession session, CancellationToken token);
}
