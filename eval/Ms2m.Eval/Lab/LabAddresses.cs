using Ms2m.Cli.Api;

namespace Ms2m.Eval.Lab;

/// <summary>Where the cluster under test is. All from the environment, as 'lab env' writes it.</summary>
/// <param name="Tool">Path of the lab's own command; absent for a cluster that no lab made.</param>
internal sealed record LabAddresses(Uri Broker, Uri BrokerManagement, Uri Engine, string? Tool)
{
    public static LabAddresses FromEnvironment() => new(
        Needed("MS2M_BROKER_URI"),
        Needed("MS2M_BROKER_MANAGEMENT_URI"),
        new Uri((Environment.GetEnvironmentVariable(EngineClient.UrlVariable) ?? EngineClient.DefaultUrl).TrimEnd('/') + "/"),
        Environment.GetEnvironmentVariable("MS2M_LAB_TOOL"));

    private static Uri Needed(string variable) =>
        Uri.TryCreate(Environment.GetEnvironmentVariable(variable), UriKind.Absolute, out var uri)
            ? uri
            : throw new CannotMeasureException(
                "MS2M-EVAL-ENV",
                $"The environment variable {variable} names no address.",
                "Start this through ./ms2m, or source the file that 'deploy/lab/lab env' prints.");
}
