using System.Text.RegularExpressions;
using Ms2m.Contracts;

namespace Ms2m.Engine.Broker;

/// <summary>What an instance's user may declare (and delete), write and read, as the broker's patterns of names.</summary>
/// <param name="Journal">Which routing keys it may use at the journal exchange.</param>
public sealed record InstancePermissions(string Configure, string Write, string Read, string Journal)
{
    /// <summary>A pattern that no name matches.</summary>
    private const string Nothing = "^$";

    /// <summary>First words of names that belong to this system and to the broker. The default exchange, through which
    /// every queue can be written to, is called amq.default here.</summary>
    private static readonly string[] _reserved = ["ms2m", "amq"];

    private static readonly string _notReserved = $"(?!({string.Join('|', _reserved)})(\\.|\\z))";

    /// <summary>Whether the name is not a workload's to have, as its own or as its queue's.</summary>
    public static bool IsReserved(string name) => _reserved.Contains(name.Split('.')[0], StringComparer.Ordinal);

    /// <summary>The least that the SDK and the workload need. A workload's own name space is its name and its queue's, and
    /// everything behind a dot.</summary>
    public static InstancePermissions Of(InstanceGrant grant)
    {
        var names = string.Join('|', new[] { grant.Spec.Name, grant.Spec.Queue }.OfType<string>().Select(Regex.Escape));
        var own = $"{_notReserved}({names})(\\..+)?";
        var control = Regex.Escape(Names.ControlQueue(grant.InstanceId));
        string[] written = grant.Writes is { } writes ? [Regex.Escape(Names.JournalQueue(writes))] : [];
        string[] followed = grant.Follows is { } follows
            ? [Regex.Escape(Names.JournalQueue(follows)), Regex.Escape(Names.ReplayQueue(follows))]
            : [];
        string[] journal = written.Length > 0 ? [Regex.Escape(Names.Journal)] : [];
        // To bind a queue takes write on the queue and read on the exchange.
        return new InstancePermissions(
            Any([own, control, .. written]),
            Any([own, control, .. written, .. journal, Names.Migrations, Names.Peers, .. Patterns(grant.Spec.Publishes)]),
            Any([own, control, .. followed, .. journal, Names.Control, Names.Peers, .. Patterns(grant.Spec.Binds)]),
            written.Length > 0 ? Any(written) : Nothing);
    }

    private static IEnumerable<string> Patterns(IReadOnlyList<string>? names) => (names ?? [])
        .Select(name => _notReserved + Regex.Escape(name).Replace("\\*", ".*", StringComparison.Ordinal));

    // \z, not $: a name that ends in a line break is another name.
    private static string Any(IEnumerable<string> patterns) => $"\\A({string.Join('|', patterns)})\\z";
}
