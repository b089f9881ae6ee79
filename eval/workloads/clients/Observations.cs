namespace Ms2m.Clients;

/// <summary>Counts what a client sees, from any thread.</summary>
internal sealed class Observations(TimeProvider time)
{
    private const int ProblemsKept = 10;

    private readonly Lock _lock = new();
    private readonly List<string> _problems = [];
    private long _last = time.GetTimestamp();
    private TimeSpan _longest;
    private DateTimeOffset _longestFrom;
    private int _broken;
    private long _lost;
    private long _duplicated;
    private long _answers;

    public void Answered()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var gap = time.GetElapsedTime(_last, now);
            if (_answers > 0 && gap > _longest)
            {
                (_longest, _longestFrom) = (gap, time.GetUtcNow() - gap);
            }

            _last = now;
            _answers++;
        }
    }

    /// <summary>From now on only new gaps count as the longest.</summary>
    public void ForgetGap()
    {
        lock (_lock)
        {
            _longest = TimeSpan.Zero;
        }
    }

    public void Broke(string why)
    {
        lock (_lock)
        {
            _broken++;
            Note($"a connection broke: {why}");
        }
    }

    public void Lost(long count, string what)
    {
        lock (_lock)
        {
            _lost += count;
            Note(what);
        }
    }

    public void Duplicated(long count, string what)
    {
        lock (_lock)
        {
            _duplicated += count;
            Note(what);
        }
    }

    public ClientReport Report()
    {
        lock (_lock)
        {
            return new ClientReport(_broken, _lost, _duplicated, _answers, _longest.TotalMilliseconds)
            {
                Problems = [.. _problems],
                LongestGapFrom = _longestFrom,
            };
        }
    }

    private void Note(string problem)
    {
        if (_problems.Count < ProblemsKept)
        {
            _problems.Add(problem);
        }
    }
}
