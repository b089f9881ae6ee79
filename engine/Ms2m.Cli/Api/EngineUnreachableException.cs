using Ms2m.Contracts;

namespace Ms2m.Cli.Api;

/// <summary>Nobody answers where the engine should be.</summary>
public sealed class EngineUnreachableException(Uri url, Exception cause) : Exception($"No engine at {url}", cause)
{
    public Failure Reason { get; } = new(
        "MS2M-CLI-UNREACHABLE",
        $"No engine answers at {url.ToString().TrimEnd('/')} ({Shortest(cause)}).",
        $"Start one (on one machine: ./ms2m lab up), or name the right one with --engine or {EngineClient.UrlVariable}.");

    private static string Shortest(Exception cause) => cause.GetBaseException().Message.TrimEnd('.');
}
