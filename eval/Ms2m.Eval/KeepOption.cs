using System.CommandLine;

namespace Ms2m.Eval;

/// <summary>Understood by the ms2m script, which owns the lab; here only so that the help shows it.</summary>
internal static class KeepOption
{
    public static Option<bool> Create() => new("--keep") { Description = "Leave the lab up afterwards" };
}
