using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>Everything an instance may report as the reason why a handoff cannot go on.</summary>
internal static class HandoffFailures
{
    private const string StartAnew = "The engine rolls back; start the migration anew.";

    public static Failure PayloadMissing(long ordinal, string name, long deadlineMs) => new(
        "MS2M-4001",
        $"The payload of journal entry {ordinal} ({name}) did not come through the replay queue within {deadlineMs} ms.",
        "The settling delay before the fence was too short, or the queue has a binding that could not be copied: raise the delay.");

    public static Failure EntryMissing(long ordinal, long deadlineMs) => new(
        "MS2M-4002", $"Journal entry {ordinal} did not come within {deadlineMs} ms, although later ones did.", StartAnew);

    public static Failure OrderDiffers(long ordinal, string own, string journaled) => new(
        "MS2M-4003", $"At ordinal {ordinal} the shadow's memory has {own} and the journal has {journaled}.", StartAnew);

    public static Failure AheadOfSource(long position, long last) => new(
        "MS2M-4004", $"The shadow has applied up to {position}, but the source closed its journal at {last}.", StartAnew);

    public static Failure NotThisMigration(string instance, Guid asked) => new(
        "MS2M-4005", $"The instance '{instance}' takes no part in migration {asked}.", StartAnew);

    public static Failure WrongRole(string instance, string role, string command) => new(
        "MS2M-4007", $"The instance '{instance}' is {role} and cannot obey {command}.", StartAnew);

    public static Failure Stranded(string instance) => new(
        "MS2M-4008", $"The instance '{instance}' is to be a shadow, but its memory is no copy of the migration's source.",
        "The container was started anew instead of being restored; " + "start the migration anew.");

    public static Failure NoReplay(string instance, string why) => new(
        "MS2M-4009", $"The shadow '{instance}' cannot read the replay queue or the journal: {why}", StartAnew);

    public static Failure StaleEpoch(string instance, long own, long asked) => new(
        "MS2M-4010", $"The instance '{instance}' has epoch {own} and cannot be promoted to {asked}.", StartAnew);
}
