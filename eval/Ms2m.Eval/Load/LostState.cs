using System.Text.Json;
using Ms2m.Checker;
using Ms2m.Publisher;
using RabbitMQ.Client;

namespace Ms2m.Eval.Load;

/// <summary>What can still be demanded where the only holder of a state was killed: every confirmed message was applied
/// by it, once, or waits in the queue for whoever comes next.</summary>
/// <param name="Published">Confirmed to publishers.</param>
/// <param name="Applied">With a receipt.</param>
/// <param name="Lost">Neither applied nor in the queue.</param>
/// <param name="Duplicated">Applied more often than published.</param>
/// <param name="Waiting">In the queue. The last few may be applied too: death came before they were acknowledged.</param>
internal sealed record LostState(long Published, long Applied, long Lost, long Duplicated, long Waiting)
{
    /// <summary>Takes everything out of the queue, so only for a workload that is dead.</summary>
    public static async Task<LostState> Judge(
        IChannel channel, string queue, IReadOnlyList<LedgerEntry> ledger, IReadOnlyList<Receipt> receipts,
        CancellationToken cancel)
    {
        var waiting = new HashSet<(string, long)>();
        while (await channel.BasicGetAsync(queue, autoAck: true, cancel) is { } message)
        {
            // A fence is in the queue too; it is nobody's order.
            if (message.BasicProperties.Headers?.ContainsKey(Contracts.Headers.Fence) != true)
            {
                var order = JsonSerializer.Deserialize<OrderMessage>(message.Body.Span, JsonSerializerOptions.Web)!;
                waiting.Add((order.Publisher, order.Seq));
            }
        }

        var applied = receipts.DistinctBy(receipt => receipt.Key)
            .GroupBy(receipt => (receipt.Publisher, receipt.Seq))
            .ToDictionary(same => same.Key, same => same.Count());
        var confirmed = ledger.Where(entry => entry.Outcome == Outcome.Confirmed).ToList();
        return new LostState(
            confirmed.Count,
            applied.Count,
            confirmed.Count(entry => !applied.ContainsKey((entry.Publisher, entry.Seq)) && !waiting.Contains((entry.Publisher, entry.Seq))),
            ledger.Count(entry => applied.GetValueOrDefault((entry.Publisher, entry.Seq)) > entry.Attempts),
            waiting.Count);
    }
}
