using System.Security.Cryptography;
using System.Text;
using Ms2m.Publisher;

namespace Ms2m.Checker;

/// <summary>The verdict, from what the publishers know, what arrived, and what the surviving workload says when asked. Pure;
/// no word of the engine goes in.</summary>
public static class Judgement
{
    public static Verdict Of(IReadOnlyList<LedgerEntry> ledger, IReadOnlyList<Receipt> receipts, WorkloadState state)
    {
        var problems = new List<string>();
        var published = ledger.ToDictionary(e => (e.Publisher, e.Seq));
        var first = receipts.DistinctBy(r => r.Key).ToList();
        var inOrder = first.OrderBy(r => r.Ordinal).ToList();
        var times = inOrder.GroupBy(r => (r.Publisher, r.Seq)).ToDictionary(g => g.Key, g => g.Count());

        var lost = ledger.Where(e => e.Outcome == Outcome.Confirmed && !times.ContainsKey((e.Publisher, e.Seq))).ToList();
        Note(problems, "lost", lost.Select(e => $"{e.Publisher}-{e.Seq}"));

        var duplicated = times.Where(t => t.Value > (published.TryGetValue(t.Key, out var e) ? e.Attempts : 1)).ToList();
        Note(problems, "applied too often", duplicated.Select(t => $"{t.Key.Publisher}-{t.Key.Seq}"));

        var foreign = inOrder.Where(r => !published.ContainsKey((r.Publisher, r.Seq))).ToList();
        Note(problems, "applied and never published", foreign.Select(r => $"{r.Publisher}-{r.Seq}"));

        var reordered = Reordered(inOrder, published);
        Note(problems, "applied after a later one of its publisher", reordered.Select(r => $"{r.Publisher}-{r.Seq}"));

        var ordinals = inOrder.Select(r => r.Ordinal).ToHashSet();
        var missing = Enumerable.Range(1, (int)state.Applied).Where(n => !ordinals.Contains(n)).ToList();
        Note(problems, "applied without a receipt, by the workload's count", missing.Select(n => $"no. {n}"));
        var twice = inOrder.GroupBy(r => r.Ordinal).Where(g => g.Count() > 1).ToList();
        Note(problems, "two receipts of one place in the order", twice.Select(g => $"no. {g.Key}"));
        if (inOrder.Count > 0 && inOrder[^1].Ordinal > state.Applied)
        {
            problems.Add($"A receipt has no. {inOrder[^1].Ordinal}, but the workload has applied {state.Applied} only.");
        }

        var digest = Recompute(inOrder, published);
        if (digest != state.Digest)
        {
            problems.Add("The digest recomputed from ledger and receipts is not the workload's.");
        }
        var wrongAt = FirstWrong(inOrder, published);
        if (wrongAt is not null)
        {
            problems.Add($"The workload's digest goes its own way from no. {wrongAt.Ordinal} ({wrongAt.Name}) on.");
        }
        var retried = ledger.LongCount(e => e.Attempts > 1);
        if (retried == 0 && (state.Gaps, state.Repeats, state.Regressions) != (0, 0, 0))
        {
            problems.Add($"The workload saw {state.Gaps} gaps, {state.Repeats} repeats, {state.Regressions} regressions.");
        }
        return new Verdict
        {
            Published = ledger.LongCount(e => e.Outcome == Outcome.Confirmed),
            Applied = state.Applied,
            Lost = lost.Count,
            Duplicated = duplicated.Count,
            Reordered = reordered.Count,
            EffectsMissing = missing.Count,
            EffectsRepeated = receipts.Count - first.Count,
            StateDigestMatches = digest == state.Digest,
            PublisherRepeats = retried,
            MaxReceiptGapMs = Arrivals.LongestGapMs(first),
            MaxLatencyMs = first.Select(r => published.TryGetValue((r.Publisher, r.Seq), out var e)
                ? (r.ArrivedAt - e.PublishedAt).TotalMilliseconds : 0).DefaultIfEmpty().Max(),
            Problems = problems,
        };
    }

    /// <summary>A message that was published again may stand in the queue twice, so only the others have one place.</summary>
    private static List<Receipt> Reordered(
        IReadOnlyList<Receipt> inOrder, Dictionary<(string, long), LedgerEntry> published)
    {
        var last = new Dictionary<string, long>();
        var wrong = new List<Receipt>();
        foreach (var receipt in inOrder)
        {
            if (published.TryGetValue((receipt.Publisher, receipt.Seq), out var entry) && entry.Attempts > 1)
            {
                continue;
            }
            if (last.TryGetValue(receipt.Publisher, out var before) && receipt.Seq < before)
            {
                wrong.Add(receipt);
            }
            last[receipt.Publisher] = Math.Max(before, receipt.Seq);
        }
        return wrong;
    }

    private static string Recompute(IEnumerable<Receipt> inOrder, Dictionary<(string, long), LedgerEntry> published) =>
        Digests(inOrder, published).Select(d => d.Digest).LastOrDefault() ?? new string('0', 64);

    private static Receipt? FirstWrong(IEnumerable<Receipt> inOrder, Dictionary<(string, long), LedgerEntry> published) =>
        Digests(inOrder, published).FirstOrDefault(d => d.Digest != d.Receipt.Digest).Receipt;

    private static IEnumerable<(Receipt Receipt, string Digest)> Digests(
        IEnumerable<Receipt> inOrder, Dictionary<(string, long), LedgerEntry> published)
    {
        var digest = new byte[SHA256.HashSizeInBytes];
        foreach (var receipt in inOrder)
        {
            if (!published.TryGetValue((receipt.Publisher, receipt.Seq), out var entry))
            {
                continue;
            }
            // The publisher's id, not the workload's word for it.
            var name = entry.MessageId is { } id ? $"id:{id}" : receipt.Name;
            digest = SHA256.HashData([.. digest, .. Encoding.UTF8.GetBytes(name), .. Convert.FromHexString(entry.PayloadSha256)]);
            yield return (receipt, Convert.ToHexStringLower(digest));
        }
    }

    private static void Note(List<string> problems, string what, IEnumerable<string> which)
    {
        var all = which.ToList();
        if (all.Count > 0)
        {
            problems.Add($"{all.Count} {what}: {string.Join(", ", all.Take(5))}{(all.Count > 5 ? ", …" : "")}.");
        }
    }
}
