namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>The real time, and later.</summary>
internal sealed class LateTime : TimeProvider
{
    public TimeSpan Late { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Late;
}
