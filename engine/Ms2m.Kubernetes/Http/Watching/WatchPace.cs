namespace Ms2m.Kubernetes.Http.Watching;

/// <summary>How long to wait between watches: not at all while they are of use, longer and longer while they are not.</summary>
internal sealed class WatchPace(Func<double> chance)
{
    /// <summary>Failures in a row after which the version to go on from is not trusted any more.</summary>
    public const int Hopeless = 3;

    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(30);

    public int Failures { get; private set; }

    /// <summary>After one that failed, or that ended without having brought anything.</summary>
    /// <param name="asked">What the server wants to be waited for.</param>
    public TimeSpan Failed(TimeSpan? asked)
    {
        var own = TimeSpan.FromTicks((long)(Math.Min(_longest.Ticks, _first.Ticks << Math.Min(Failures, 10)) * (0.5 + (chance() / 2))));
        Failures++;
        return asked > own ? asked.Value : own;
    }

    public void WentWell() => Failures = 0;
}
