using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.Publisher;

/// <summary>What a publisher knows of one message.</summary>
/// <param name="Publisher">Who published it.</param>
/// <param name="Seq">Its number there, from 1.</param>
/// <param name="MessageId">Absent when ids are left out.</param>
/// <param name="PayloadSha256">Of the body, lower-case hexadecimal.</param>
/// <param name="ConfirmedAt">When the broker had it; absent when that is not known.</param>
/// <param name="Attempts">More than 1: it was published again after an unknown outcome, so the queue may hold it twice.</param>
public sealed record LedgerEntry(
    string Publisher, long Seq, string? MessageId, string PayloadSha256,
    DateTimeOffset PublishedAt, DateTimeOffset? ConfirmedAt, Outcome Outcome, int Attempts);

/// <summary>What became of a publish.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Outcome>))]
public enum Outcome
{
    /// <summary>The broker has it: it must be applied exactly once.</summary>
    Confirmed,

    /// <summary>The connection died before the confirm: it may or may not be applied.</summary>
    Unknown,

    /// <summary>The broker refused it.</summary>
    Failed,
}

/// <summary>Every message ever published, kept by the publishers: the only truth a verdict may start from.</summary>
public sealed class Ledger : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<LedgerEntry> entries = [];
    private readonly StreamWriter? file;

    public Ledger(string? path = null) => file = path is null ? null : new StreamWriter(path, append: false);

    /// <summary>As of now.</summary>
    public IReadOnlyList<LedgerEntry> Entries
    {
        get
        {
            lock (gate)
            {
                return [.. entries];
            }
        }
    }

    public long Confirmed
    {
        get
        {
            lock (gate)
            {
                return entries.LongCount(e => e.Outcome == Outcome.Confirmed);
            }
        }
    }

    public void Add(LedgerEntry entry)
    {
        lock (gate)
        {
            entries.Add(entry);
            file?.WriteLine(JsonSerializer.Serialize(entry, JsonSerializerOptions.Web));
        }
    }

    /// <summary>A ledger that another process wrote.</summary>
    public static Ledger Load(string path)
    {
        var ledger = new Ledger();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            ledger.Add(JsonSerializer.Deserialize<LedgerEntry>(line, JsonSerializerOptions.Web)!);
        }
        return ledger;
    }

    public void Dispose() => file?.Dispose();
}
