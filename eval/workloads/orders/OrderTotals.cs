using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ms2m.Orders;

/// <summary>The state: totals by key with a history that weighs something, an order-sensitive digest of everything applied,
/// and what each publisher's numbers were like.</summary>
internal sealed class OrderTotals
{
    private const int Keys = 1000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, KeyTotal> byKey;
    private readonly Dictionary<string, long> lastSeq = [];
    private readonly byte[] digest = new byte[SHA256.HashSizeInBytes];
    private long applied;
    private long gaps;
    private long repeats;
    private long regressions;

    public OrderTotals(int stateMb)
    {
        var history = Math.Max(64, (int)(stateMb * 1024L * 1024 / Keys));
        byKey = Enumerable.Range(0, Keys).ToDictionary(n => $"k{n}", n => new KeyTotal(n, history));
    }

    /// <summary>Applies one order and returns its receipt.</summary>
    public byte[] Apply(string name, ReadOnlySpan<byte> body)
    {
        var order = Order.Read(body);
        lock (gate)
        {
            applied++;
            Chain(name, body);
            Check(order.Publisher, order.Seq);
            if (!byKey.TryGetValue(order.Key, out var total))
            {
                byKey[order.Key] = total = new KeyTotal(byKey.Count, 64);
            }
            total.Add(order.Amount, order.Seq);
            return JsonSerializer.SerializeToUtf8Bytes(
                new Receipt(name, order.Publisher, order.Seq, applied, Convert.ToHexStringLower(digest)),
                OrdersJson.Default.Receipt);
        }
    }

    public string Digest()
    {
        lock (gate)
        {
            return Convert.ToHexStringLower(digest);
        }
    }

    /// <summary>Taken between two messages.</summary>
    public StateAnswer Answer(string instanceId, string role, long epoch)
    {
        lock (gate)
        {
            return new StateAnswer(
                instanceId, role, epoch, applied, Convert.ToHexStringLower(digest), gaps, repeats, regressions,
                byKey.Count(k => k.Value.Count > 0), new Dictionary<string, long>(lastSeq));
        }
    }

    private void Chain(string name, ReadOnlySpan<byte> body)
    {
        Span<byte> link = stackalloc byte[64 + Encoding.UTF8.GetMaxByteCount(Math.Min(name.Length, 300))];
        digest.CopyTo(link);
        var length = Encoding.UTF8.GetBytes(name, link[32..]);
        SHA256.HashData(body, link[(32 + length)..]);
        SHA256.HashData(link[..(64 + length)], digest);
    }

    private void Check(string publisher, long seq)
    {
        var before = lastSeq.GetValueOrDefault(publisher);
        if (seq == before)
        {
            repeats++;
        }
        else if (seq < before)
        {
            regressions++;
        }
        else
        {
            gaps += seq - before - 1;
            lastSeq[publisher] = seq;
        }
    }
}

/// <summary>One key's total and the latest of its orders.</summary>
internal sealed class KeyTotal
{
    private readonly byte[] history;

    public KeyTotal(int seed, int bytes)
    {
        history = new byte[bytes];
        // Real content: untouched or alike pages would not be in a checkpoint.
        new Random(seed).NextBytes(history);
    }

    public long Sum { get; private set; }

    public long Count { get; private set; }

    public void Add(long amount, long seq)
    {
        Sum += amount;
        var at = (int)(Count++ * 16 % Math.Max(16, history.Length - 32));
        Utf8Formatter.TryFormat(amount, history.AsSpan(at), out _);
        BitConverter.TryWriteBytes(history.AsSpan(at + 8), seq);
    }
}
