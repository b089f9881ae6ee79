using System.Diagnostics;

namespace Ms2m.Workload;

/// <summary>When the next report of progress is due, and how long one message takes here.</summary>
internal sealed class ReplayProgress
{
    private const int Sample = 20;
    private const long NearlyThere = 2;
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(10);
    private readonly Queue<double> serviceMs = new();
    private readonly long attached = Stopwatch.GetTimestamp();
    private TimeSpan reported = TimeSpan.MinValue;
    private bool saidNearlyThere;

    public double ServiceMs => serviceMs.Count == 0 ? 0 : serviceMs.Average();

    public double ElapsedMs => Elapsed.TotalMilliseconds;

    /// <summary>A question about J is on its way.</summary>
    public bool Asking { get; set; }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(attached);

    /// <summary>Often at first, when the cutover is near; later it would only be noise.</summary>
    public bool IsDue => !Asking && (reported == TimeSpan.MinValue
        || Elapsed - reported >= TimeSpan.FromMilliseconds(Elapsed < Busy ? 50 : 250));

    /// <summary>Whether it is worth while to ask at once, because the shadow may have just come near.</summary>
    public bool MayBeNear(long knownLag) => !Asking && !saidNearlyThere && knownLag <= NearlyThere;

    public void Handled(TimeSpan took)
    {
        serviceMs.Enqueue(took.TotalMilliseconds);
        if (serviceMs.Count > Sample)
        {
            serviceMs.Dequeue();
        }
    }

    /// <summary>Whether this lag is to be reported now.</summary>
    public bool Report(long lag)
    {
        Asking = false;
        var justNear = lag <= NearlyThere && !saidNearlyThere;
        saidNearlyThere = saidNearlyThere || justNear;
        if (!justNear && !IsDue)
        {
            return false;
        }
        reported = Elapsed;
        return true;
    }
}
