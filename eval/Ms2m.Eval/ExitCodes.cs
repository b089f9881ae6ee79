namespace Ms2m.Eval;

/// <summary>What scripts see.</summary>
internal static class ExitCodes
{
    /// <summary>Completed, verified, and every message accounted for.</summary>
    public const int Success = 0;

    /// <summary>Anything else that was measured.</summary>
    public const int NotExact = 1;

    public const int Usage = 2;

    /// <summary>Nothing could be measured: the engine, a node or the broker is not there.</summary>
    public const int NotReady = 3;

    public const int Interrupted = 130;
}
