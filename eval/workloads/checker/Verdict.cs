namespace Ms2m.Checker;

/// <summary>What really happened to the messages of a run.</summary>
public sealed record Verdict
{
    /// <summary>Confirmed to publishers.</summary>
    public required long Published { get; init; }

    /// <summary>By the workload's own count.</summary>
    public required long Applied { get; init; }

    /// <summary>Confirmed and never applied.</summary>
    public required long Lost { get; init; }

    /// <summary>Applied more often than published.</summary>
    public required long Duplicated { get; init; }

    /// <summary>Applied after a later one of the same publisher.</summary>
    public required long Reordered { get; init; }

    /// <summary>Applied, by the workload's count, without a receipt.</summary>
    public required long EffectsMissing { get; init; }

    /// <summary>Receipts whose id had come before. They are allowed across a crash; a consumer drops them by id.</summary>
    public required long EffectsRepeated { get; init; }

    /// <summary>The digest recomputed from ledger and receipts is the workload's own.</summary>
    public required bool StateDigestMatches { get; init; }

    /// <summary>Messages that publishers had to send again after an unknown outcome.</summary>
    public required long PublisherRepeats { get; init; }

    /// <summary>Longest time without a receipt.</summary>
    public required double MaxReceiptGapMs { get; init; }

    /// <summary>Longest time from publish to receipt.</summary>
    public required double MaxLatencyMs { get; init; }

    /// <summary>Everything wrong, in sentences; empty when exact.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Nothing lost, repeated or reordered, and the state proves it.</summary>
    public bool Exact => Problems.Count == 0;
}
