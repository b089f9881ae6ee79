using Ms2m.EventLog.Streams;

namespace Ms2m.History.Verifying;

/// <summary>What a verification came to.</summary>
/// <param name="Faults">How many; <paramref name="Findings"/> may hold fewer.</param>
/// <param name="Findings">The first of them, faults and notes.</param>
public sealed record VerifyReport(long Migrations, long Events, long Faults, long Notes, IReadOnlyList<Finding> Findings)
{
    public bool IsSound => Faults == 0;
}

/// <summary>Verifies migrations one page after the other, in constant memory; while one page is checked the next is read.</summary>
public sealed class VerifyRun(StoredStreams streams, EventTypes types)
{
    private const int MostFindings = 1_000;

    private readonly StreamCheck _check = new(types);
    private readonly List<Finding> _findings = [];
    private long _migrations;
    private long _events;
    private long _faults;
    private long _notes;

    /// <param name="progress">Told after each page how many migrations and events were checked.</param>
    public async Task<VerifyReport> AllAsync(Action<long, long>? progress, CancellationToken token)
    {
        var page = await streams.AfterAsync(Guid.Empty, token);
        while (page.Count > 0)
        {
            var next = streams.AfterAsync(page[^1].Id, token);
            foreach (var stream in page)
            {
                Take(stream);
            }

            progress?.Invoke(_migrations, _events);
            page = await next;
        }

        foreach (var orphan in await streams.OrphansAsync(token))
        {
            Add(new Finding(
                Severity.Fault, "state", orphan, null, null, null, "It has a state or a row in the read model, and no events."));
        }

        return Report();
    }

    /// <returns>Null when there is no such migration.</returns>
    public async Task<VerifyReport?> OneAsync(Guid id, CancellationToken token)
    {
        if (await streams.ReadAsync(id, token) is not { } stream)
        {
            return null;
        }

        Take(stream);
        return Report();
    }

    private void Take(StreamUnderTest stream)
    {
        _migrations++;
        _events += stream.Events.Count;
        foreach (var finding in _check.Check(stream))
        {
            Add(finding);
        }
    }

    private void Add(Finding finding)
    {
        var isFault = finding.Severity == Severity.Fault;
        // Each kind has room of its own: a thousand notes must not hide a fault.
        if ((isFault ? _faults++ : _notes++) < MostFindings)
        {
            _findings.Add(finding);
        }
    }

    private VerifyReport Report() => new(_migrations, _events, _faults, _notes, [.. _findings.OrderByDescending(one => one.Severity)]);
}
