namespace Ms2m.History.MadeUp;

/// <summary>What becomes of a made-up migration.</summary>
public enum MadeUpFate
{
    Completes,

    /// <summary>Somebody cancels it in its course.</summary>
    IsCancelled,

    /// <summary>The target cannot restore the checkpoint.</summary>
    CannotBeRestored,

    /// <summary>A step gets its answer only at its second attempt.</summary>
    NeedsASecondAttempt,

    /// <summary>The request names a workload that nobody runs.</summary>
    IsRejected,
}
