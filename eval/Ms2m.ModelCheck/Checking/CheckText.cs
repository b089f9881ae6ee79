using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.ModelCheck.Checking;

/// <summary>What is printed: a line for each check, and the story of what is wrong.</summary>
internal static class CheckText
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    public static string Header { get; } =
        $"{"what",-26} {"states",12} {"transitions",13} {"ends",8} {"depth",6} {"time",9} {"memory",9}  verdict";

    public static string Line(Check check)
    {
        var verdict = check.Verdict;
        return string.Create(CultureInfo.InvariantCulture,
            $"{check.Name,-26} {verdict.States,12:N0} {verdict.Transitions,13:N0} {verdict.Finals,8:N0} {verdict.Depth,6} {verdict.Time.TotalSeconds,7:0.0} s {verdict.PeakBytes >> 20,6} MB  {Word(check)}");
    }

    public static string Json(IReadOnlyList<Check> checks) => JsonSerializer.Serialize(
        new
        {
            holds = checks.All(check => check.Holds),
            states = checks.Sum(check => check.Verdict.States),
            transitions = checks.Sum(check => check.Verdict.Transitions),
            checks = checks.Select(check => new
            {
                check.Name,
                check.Bounds.Messages,
                check.Bounds.Publishers,
                check.Bounds.Window,
                check.Bounds.Faults,
                check.Bounds.Kinds,
                check.Verdict.Complete,
                check.Verdict.States,
                check.Verdict.Transitions,
                ends = check.Verdict.Finals,
                check.Verdict.Depth,
                seconds = Math.Round(check.Verdict.Time.TotalSeconds, 3),
                check.Verdict.ProcessStates,
                check.Verdict.EngineStates,
                peakBytes = check.Verdict.PeakBytes,
                verdict = Word(check),
                check.Verdict.Violation,
                check.Story,
            }),
        },
        Options);

    private static string Word(Check check) =>
        !check.Holds ? "BROKEN" : check.Verdict.Complete ? "holds in every state" : "holds on the ways walked";
}
