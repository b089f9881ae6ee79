using System.Security.Cryptography;
using System.Text;
using Ms2m.Checker;
using Ms2m.Publisher;

namespace Ms2m.Workload.Tests.Judging;

/// <summary>A judge that cannot convict proves nothing: each kind of lie must be found, and the truth be believed.</summary>
public sealed class SeededLies
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void the_truth_is_exact()
    {
        var verdict = new Run().Judge();
        Assert.True(verdict.Exact, string.Join(' ', verdict.Problems));
        Assert.Equal((20, 20L, true), ((int)verdict.Published, verdict.Applied, verdict.StateDigestMatches));
        Assert.Equal((100.0, 5.0), (verdict.MaxReceiptGapMs, verdict.MaxLatencyMs));
    }

    [Fact]
    public void a_lost_message_is_found()
    {
        var run = new Run();
        run.Order.RemoveAt(7);
        var verdict = run.Judge();
        Assert.False(verdict.Exact);
        Assert.Equal(1, verdict.Lost);
    }

    [Fact]
    public void a_message_applied_twice_is_found()
    {
        var run = new Run();
        run.Order.Insert(9, run.Order[4]);
        var verdict = run.Judge();
        Assert.False(verdict.Exact);
        Assert.Equal(1, verdict.Duplicated);
    }

    [Fact]
    public void two_messages_of_a_publisher_swapped_are_found()
    {
        var run = new Run();
        (run.Order[4], run.Order[6]) = (run.Order[6], run.Order[4]);
        var verdict = run.Judge();
        Assert.False(verdict.Exact);
        Assert.Equal(1, verdict.Reordered);
    }

    [Fact]
    public void a_workload_that_lies_about_its_order_is_found()
    {
        var run = new Run();
        var receipts = run.Receipts();
        // The receipts tell the right order, the state went through another.
        (run.Order[5], run.Order[6]) = (run.Order[6], run.Order[5]);
        var verdict = Judgement.Of(run.Ledger, receipts, run.State());
        Assert.False(verdict.Exact);
        Assert.False(verdict.StateDigestMatches);
    }

    [Fact]
    public void a_missing_receipt_is_found()
    {
        var run = new Run();
        var receipts = run.Receipts();
        receipts.RemoveAt(3);
        var verdict = Judgement.Of(run.Ledger, receipts, run.State());
        Assert.False(verdict.Exact);
        Assert.Equal((1, 1), (verdict.Lost, verdict.EffectsMissing));
    }

    [Fact]
    public void a_repeated_receipt_is_counted_and_not_taken_for_a_repeated_message()
    {
        var run = new Run();
        var receipts = run.Receipts();
        receipts.Add(receipts[2]);
        var verdict = Judgement.Of(run.Ledger, receipts, run.State());
        Assert.True(verdict.Exact, string.Join(' ', verdict.Problems));
        Assert.Equal((1, 0), (verdict.EffectsRepeated, verdict.Duplicated));
    }

    [Fact]
    public void another_payload_under_the_same_id_is_found()
    {
        var run = new Run();
        run.Payloads["p1-3"] = "another";
        Assert.False(run.Judge().StateDigestMatches);
    }

    [Fact]
    public void a_message_that_nobody_published_is_found()
    {
        var run = new Run();
        run.Order.Add(("p9", 1));
        Assert.False(run.Judge().Exact);
    }

    [Fact]
    public void what_a_publisher_had_to_send_twice_may_be_applied_twice()
    {
        var run = new Run();
        run.Order.Insert(9, run.Order[4]);
        run.Ledger = [.. run.Ledger.Select(e => (e.Publisher, e.Seq) == run.Order[4] ? e with { Attempts = 2 } : e)];
        var verdict = run.Judge();
        Assert.True(verdict.Exact, string.Join(' ', verdict.Problems));
        Assert.Equal(1, verdict.PublisherRepeats);
    }

    [Fact]
    public void an_unknown_publish_may_be_missing()
    {
        var run = new Run();
        run.Order.RemoveAt(19);
        run.Ledger = [.. run.Ledger.Select(e => e is { Publisher: "p2", Seq: 10 } ? e with { Outcome = Outcome.Unknown } : e)];
        Assert.True(run.Judge().Exact);
    }

    /// <summary>Two publishers with ten messages each, applied in turn.</summary>
    private sealed class Run
    {
        public List<(string Publisher, long Seq)> Order { get; } =
            [.. Enumerable.Range(1, 10).SelectMany(n => new[] { ("p1", (long)n), ("p2", (long)n) })];

        public Dictionary<string, string> Payloads { get; } = [];

        public IReadOnlyList<LedgerEntry> Ledger { get; set; } =
            [.. Enumerable.Range(1, 10).SelectMany(n => new[] { Entry("p1", n), Entry("p2", n) })];

        public Verdict Judge() => Judgement.Of(Ledger, Receipts(), State());

        public List<Receipt> Receipts()
        {
            var digest = new byte[32];
            return [.. Order.Select((message, at) =>
            {
                var id = $"{message.Publisher}-{message.Seq}";
                digest = Link(digest, id);
                return new Receipt(
                    $"id:{id}/1", $"id:{id}", message.Publisher, message.Seq, at + 1,
                    Convert.ToHexStringLower(digest), Start.AddMilliseconds((at * 100) + 5));
            })];
        }

        public WorkloadState State()
        {
            var digest = Order.Aggregate(new byte[32], (d, message) => Link(d, $"{message.Publisher}-{message.Seq}"));
            return new WorkloadState(
                "i", "active", 1, Order.Count, Convert.ToHexStringLower(digest), 0, 0, 0, 1, new Dictionary<string, long>());
        }

        private byte[] Link(byte[] digest, string id) => SHA256.HashData(
            [.. digest, .. Encoding.UTF8.GetBytes($"id:{id}"), .. Payload(Payloads.GetValueOrDefault(id, id))]);

        private static byte[] Payload(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

        private static LedgerEntry Entry(string publisher, int seq)
        {
            var publishedAt = Start.AddMilliseconds((((seq - 1) * 2) + (publisher == "p2" ? 1 : 0)) * 100);
            return new LedgerEntry(
                publisher, seq, $"{publisher}-{seq}", Convert.ToHexStringLower(Payload($"{publisher}-{seq}")),
                publishedAt, publishedAt.AddMilliseconds(1), Outcome.Confirmed, 1);
        }
    }
}
