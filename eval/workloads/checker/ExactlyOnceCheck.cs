using Ms2m.Publisher;

namespace Ms2m.Checker;

/// <summary>Where to look.</summary>
public sealed record CheckOptions
{
    public required Uri BrokerUri { get; init; }

    public string ReceiptsExchange { get; init; } = "orders.receipts";

    /// <summary>A workload listens on the queue of this name, a dot and its instance id, and answers to the exchange of
    /// this name.</summary>
    public string StateName { get; init; } = "orders.state";

    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Watches a run from outside and judges it at the end.</summary>
public sealed class ExactlyOnceCheck : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly CheckOptions options;
    private readonly ReceiptCollector collector;

    private ExactlyOnceCheck(CheckOptions options)
    {
        this.options = options;
        collector = new ReceiptCollector(options);
    }

    /// <summary>Everything received so far.</summary>
    public IReadOnlyList<Receipt> Receipts => collector.Receipts;

    /// <summary>Before the first message is published, or receipts would be missing.</summary>
    public static async Task<ExactlyOnceCheck> StartAsync(CheckOptions options, CancellationToken cancellationToken = default)
    {
        var check = new ExactlyOnceCheck(options);
        await check.collector.StartAsync(cancellationToken);
        return check;
    }

    /// <summary>The longest silence between receipts that came in this time: the interruption a user would see.</summary>
    public double LongestGapMs(DateTimeOffset from, DateTimeOffset to) =>
        Arrivals.LongestGapMs(Receipts.Where(r => r.ArrivedAt >= from && r.ArrivedAt <= to));

    /// <summary>Null when the instance does not answer.</summary>
    public Task<WorkloadState?> AskStateAsync(string instanceId, CancellationToken cancellationToken = default) =>
        StateQuery.AskAsync(options, instanceId, cancellationToken);

    /// <summary>Waits until the instance has applied all that was confirmed and the receipts are here, then judges. When
    /// that does not happen in time it judges all the same: what is missing then is lost.</summary>
    public async Task<Verdict> ConcludeAsync(
        Ledger ledger, string instanceId, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var deadline = DateTime.UtcNow + timeout;
        WorkloadState? state = null;
        while (true)
        {
            if (!AllConfirmedHere(ledger) && DateTime.UtcNow < deadline)
            {
                await Task.Delay(Look, cancellationToken);
                continue;
            }
            var now = await AskStateAsync(instanceId, cancellationToken);
            // Quiet: two answers alike, and as many receipts as the workload counts.
            var quiet = now is not null && now.Applied == state?.Applied && now.Digest == state.Digest
                && Receipts.DistinctBy(r => r.Key).LongCount() >= now.Applied;
            state = now ?? state;
            if (quiet || DateTime.UtcNow >= deadline)
            {
                return state is not null
                    ? Judgement.Of(ledger.Entries, Receipts, state)
                    : throw new TimeoutException(
                        $"The instance '{instanceId}' did not answer on {options.StateName}.{instanceId} within "
                        + $"{timeout.TotalSeconds} s; {Receipts.Count} receipts came of {ledger.Confirmed} confirmed messages.");
            }
            await Task.Delay(Look, cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => collector.DisposeAsync();

    private bool AllConfirmedHere(Ledger ledger)
    {
        var here = Receipts.Select(r => (r.Publisher, r.Seq)).ToHashSet();
        return ledger.Entries.All(e => e.Outcome != Outcome.Confirmed || here.Contains((e.Publisher, e.Seq)));
    }
}
