using Ms2m.Contracts;
using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations.Preflight;

/// <summary>What a pre-check looks at.</summary>
/// <param name="CopiesMemory">Whether the strategy restores memory, or only starts a program.</param>
internal sealed record Checked(Candidate Candidate, bool CopiesMemory)
{
    public NodeReported Source => Candidate.Source;

    public NodeReported Target => Candidate.Target;
}

/// <summary>Verdicts in few words.</summary>
internal static class Say
{
    public static PreCheckVerdict Ok(string check, string message) => new(check, VerdictLevel.Ok, message);

    public static PreCheckVerdict Warn(string check, string message, string remedy) => new(check, VerdictLevel.Warning, message, remedy);

    public static PreCheckVerdict No(string check, Failure why) => new(check, VerdictLevel.Refusal, why.Message, why.Remedy, why.Code);
}
