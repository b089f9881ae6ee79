namespace Ms2m.LogTool;

/// <summary>What scripts see. 0 is kept for success alone.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>There is no such migration, or verification found something.</summary>
    public const int Failed = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>The store or the broker does not answer.</summary>
    public const int Unreachable = 3;

    /// <summary>Ctrl-C: what a shell reports for SIGINT.</summary>
    public const int Interrupted = 130;
}
