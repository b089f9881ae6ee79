namespace Ms2m.Kubernetes.Http;

/// <summary>How long and how much.</summary>
public sealed record ClientLimits
{
    /// <summary>Of one try of one call, until its answer has been read. Longer than the 60 s after which the server itself
    /// gives up makes no sense.</summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>In which a call is begun anew, with what the server wants to be waited for in between.</summary>
    public TimeSpan Repeating { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Of a checkpoint for which no limit was ordered: the runtime's own is two minutes.</summary>
    public TimeSpan Checkpoint { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After which the server ends a watch, which is resumed then. Half a minute later it is taken for dead.</summary>
    public TimeSpan Watch { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Objects of a list that come at once.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>Bytes of one event of a watch. An object may have 1.5 MiB in the server's store.</summary>
    public int LargestEvent { get; init; } = 8 << 20;

    /// <summary>Bytes of one answer.</summary>
    public int LargestAnswer { get; init; } = 64 << 20;
}
