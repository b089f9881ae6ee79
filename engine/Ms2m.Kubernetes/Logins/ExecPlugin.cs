using System.Text.Json.Nodes;

namespace Ms2m.Kubernetes.Logins;

/// <summary>A program that a kubeconfig names for getting credentials.</summary>
/// <param name="ApiVersion">Of the <c>ExecCredential</c> that it writes.</param>
/// <param name="Cluster">Told to it when it wants to know.</param>
/// <param name="InstallHint">For people, when it is not there.</param>
internal sealed record ExecPlugin(
    string Command,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string ApiVersion,
    JsonObject? Cluster,
    string? InstallHint)
{
    public static IReadOnlyList<string> KnownVersions { get; } =
        ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    /// <summary>As <c>KUBERNETES_EXEC_INFO</c> hands it over. Nobody sits before us, so it may ask nobody.</summary>
    public string Info()
    {
        var spec = new JsonObject { ["interactive"] = false };
        if (Cluster is not null)
        {
            spec["cluster"] = Cluster.DeepClone();
        }

        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = ApiVersion, ["spec"] = spec }.ToJsonString();
    }
}
