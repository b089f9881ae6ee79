using Ms2m.Contracts;
using Npgsql;

namespace Ms2m.LogTool;

/// <summary>What <c>ms2m log</c> can say no to.</summary>
internal static class LogFailures
{
    public static Failure NoStore(string variable) => new(
        "MS2M-LOG-STORE",
        $"Which event store? {variable} is not set.",
        "Give --store, or set the variable to an Npgsql connection string; a user that may only read is enough for most verbs.");

    public static Failure BadStore(string why) => new(
        "MS2M-LOG-STORE", $"This is not an Npgsql connection string: {why}", "Write it like Host=127.0.0.1;Database=ms2m;Username=ms2m_reader.");

    public static Failure StoreAway(NpgsqlException cause) => new(
        "MS2M-LOG-AWAY", $"The event store does not answer as it should: {cause.GetBaseException().Message.TrimEnd('.')}.",
        "Is it up, and is it the right one? Look at --store.");

    public static Failure NotAnId(string text) => new(
        "MS2M-LOG-ID", $"'{text}' is not an id or the beginning of one.", "'ms2m migrations' lists them.");

    public static Failure NoSuchMigration(string prefix) => new(
        "MS2M-LOG-UNKNOWN", $"No migration's id begins with '{prefix}'.", "'ms2m migrations' lists them.");

    public static Failure AmbiguousId(string prefix, IEnumerable<Guid> ids) => new(
        "MS2M-LOG-AMBIGUOUS", $"'{prefix}' is the beginning of more than one id: {string.Join(", ", ids)}.", "Give more of it.");

    public static Failure NotATime(string text) => new(
        "MS2M-LOG-TIME", $"'{text}' is no time.", "Write it like 2026-11-21, 2026-11-21T06:30:00Z, or how long ago: 7d, 12h, 30m.");

    public static Failure TooYoung(TimeSpan least) => new(
        "MS2M-LOG-YOUNG", $"Only what ended at least {least.TotalHours:0} h ago can be archived.", "Give an earlier time.");

    public static Failure NotSound(long faults) => new(
        "MS2M-LOG-FAULTS", $"{faults} faults were found.", "The first thousand are named above; 'ms2m log rebuild' mends the read models only.");

    public static Failure Newer(string alias) => new(
        "MS2M-LOG-NEWER", $"The log holds an event '{alias}' that this version does not know: a newer version wrote it.",
        "Use the 'ms2m log' of that version.");

    public static Failure Unexpected(Exception bug) => new(
        "MS2M-LOG-BUG", $"Unexpected: {bug.GetType().Name}: {bug.Message}", "This is a bug of ms2m; please report it.");
}

/// <summary>Said no, with a reason.</summary>
internal sealed class LogRefusedException(Failure reason, int exitCode) : Exception(reason.Message)
{
    public Failure Reason { get; } = reason;

    public int ExitCode { get; } = exitCode;
}
