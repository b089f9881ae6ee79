using System.Diagnostics;

namespace Ms2m.Workload;

/// <summary>How long this process may take for granted that the broker still takes it for what it is. It runs out when
/// nothing was heard from the broker for a while, as in a partition; and when the loop itself did not turn for a while, as
/// in a freeze: what lies in a thawed process's buffers looks fresh and is not. The clock goes on during both.</summary>
internal sealed class Lease
{
    public static readonly TimeSpan Lasts = TimeSpan.FromSeconds(1);
    private long turned = Stopwatch.GetTimestamp();
    private long heard = Stopwatch.GetTimestamp();

    public bool IsOver => Stopwatch.GetElapsedTime(turned) > Lasts || Stopwatch.GetElapsedTime(heard) > Lasts;

    public void Heard() => heard = Stopwatch.GetTimestamp();

    /// <summary>The loop turns, and knows where it stands.</summary>
    public void Turn() => turned = Stopwatch.GetTimestamp();
}
