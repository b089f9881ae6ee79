using Ms2m.Contracts;

namespace Ms2m.Cli;

/// <summary>What the command line itself can say no to.</summary>
internal static class CliFailures
{
    public static Failure NotAUrl(string url) => new(
        "MS2M-CLI-URL", $"'{url}' is not an http URL.", "Write it like http://127.0.0.1:8480.");

    public static Failure NoSuchMigration(string prefix) => new(
        "MS2M-CLI-UNKNOWN", $"No migration's id begins with '{prefix}'.", "'ms2m migrations' lists them.");

    public static Failure AmbiguousId(string prefix, IEnumerable<Guid> ids) => new(
        "MS2M-CLI-AMBIGUOUS",
        $"'{prefix}' is the beginning of more than one id: {string.Join(", ", ids)}.",
        "Give more of it.");

    public static Failure NotAnId(string text) => new(
        "MS2M-CLI-ID", $"'{text}' is not an id or the beginning of one.", "'ms2m migrations' lists them.");

    public static Failure NotASetting(string text) => new(
        "MS2M-CLI-ENV", $"'{text}' is not an environment variable.", "Write it as NAME=VALUE.");

    public static Failure NotAVolume(string text) => new(
        "MS2M-CLI-VOLUME", $"'{text}' is not a volume.", "Write it as NAME:/PATH, with an absolute path.");

    public static Failure DidNotCome(string what, TimeSpan waited) => new(
        "MS2M-CLI-LATE",
        $"Waited {waited.TotalSeconds:0} s in vain until {what}.",
        "See the node worker's log; 'ms2m nodes' and 'ms2m workloads' show what is there.");

    public static Failure NotCancelled(string phase) => new(
        "MS2M-CLI-TOO-LATE", $"It had already ended as {phase}.", "Nothing is left to cancel.");

    public static Failure NotCollected(int left) => new(
        "MS2M-CLI-GC", $"{left} of them are still there.", "Is the worker of that node up? See: ms2m nodes");

    public static Failure Unexpected(Exception bug) => new(
        "MS2M-CLI-BUG", $"Unexpected: {bug.GetType().Name}: {bug.Message}", "This is a bug of ms2m; please report it.");
}
