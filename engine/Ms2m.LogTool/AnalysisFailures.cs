using Ms2m.Contracts;

namespace Ms2m.LogTool;

/// <summary>What the verbs about one migration can say no to.</summary>
internal static class AnalysisFailures
{
    public static Failure NotAMoment(string text) => new(
        "MS2M-LOG-MOMENT", $"'{text}' names no moment of a migration.",
        "Give an event's number, a time since the start such as +350ms or +1.5s, or a time of day such as 2026-11-21T05:21:22.4Z.");

    public static Failure WhichMoment() => new(
        "MS2M-LOG-MOMENT", "Which moment?", "Give --time or --event, one of them.");

    public static Failure NothingJudged(Guid id) => new(
        "MS2M-LOG-WHATIF", $"The shadow of {id} never followed its source: there is no replay to judge anew.",
        "Choose a migration that came to Replaying; 'ms2m log show' tells.");

    public static Failure BadPolicy(string why) => new(
        "MS2M-LOG-POLICY", $"This is not a cutover policy: {why.TrimEnd('.')}.",
        "Write JSON such as {\"maxInterruptionMs\": 200, \"onOverload\": \"RollBack\"}.");

    public static Failure NoCollector(string why) => new(
        "MS2M-LOG-OTLP", $"The collector did not take the spans: {why.TrimEnd('.')}.", "Is --endpoint its address for OTLP over HTTP, such as http://127.0.0.1:4318?");

    public static Failure NotWritten(string why) => new(
        "MS2M-LOG-OUT", $"It could not be written: {why.TrimEnd('.')}.", "Look at --out, and at the room on its disk.");

    public static Failure LiveExchange(string name) => new(
        "MS2M-LOG-EXCHANGE", $"'{name}' is no exchange for history: what is published there may be taken for the present.",
        "Give --exchange ms2m.history, or a name that begins with 'ms2m.history.'.");

    public static Failure WhichBroker(string variable) => new(
        "MS2M-LOG-BROKER", "Which broker? There is no AMQP URI.", $"Give --broker or set {variable}, like amqp://user:password@host:5672/vhost.");

    public static Failure NoBroker(string why) => new(
        "MS2M-LOG-BROKER", $"The broker did not take the events: {why.TrimEnd('.')}.",
        "Is it up? The user must be allowed to configure and to write the exchange; docs/security.md lists the users.");

    public static Failure NotASpeed(string text) => new(
        "MS2M-LOG-SPEED", $"'{text}' is no speed.", "Give a number from 0.001 to 1000000; 0 or max is as fast as it goes.");

    public static Failure NothingToReplay() => new(
        "MS2M-LOG-NOTHING", "There is no event to publish.", "Look at the id, or at --since and --until.");
}
