using System.Globalization;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Engine.Pods;

/// <summary>What can go wrong in Kubernetes, for people: 130x.</summary>
internal static class PodFailures
{
    public static Failure NotConnected { get; } = new(
        "MS2M-1301", "The workload is a pod, and this engine is not connected to Kubernetes.",
        "Set MS2M_KUBERNETES to in-cluster, or to the path of a kubeconfig, for every engine.");

    public static Failure TookTooLong(TimeSpan limit) => new(
        "MS2M-1302", string.Create(CultureInfo.InvariantCulture, $"The pod's owner was not done after {limit.TotalSeconds:0} s."),
        "See `kubectl describe` of the pod and of its owner for what they wait for. The engine asks again.");

    public static Failure Unexpected(Exception failure) => new(
        "MS2M-1303", $"Kubernetes could not be asked: {failure.Message}", "The engine asks again. See its log.");

    public static Failure Of(ApiProblem problem) => problem switch
    {
        { Reason: ApiProblem.Waiting } => new(
            "MS2M-1302", $"The pod's owner was not done in time. {problem.Message}",
            problem.Causes is [var help, ..] ? help : "See `kubectl describe` of the pod and of its owner. The engine asks again."),
        { IsForbidden: true } => new(
            "MS2M-1304", $"Kubernetes does not let the engine: {problem.Message}",
            "Apply the ClusterRole ms2m-engine of deploy/kubernetes and bind it to the engine's service account."),
        { IsMissing: true } => new(
            "MS2M-1305", $"Kubernetes knows nothing of it: {problem.Message}",
            "Somebody may have deleted the pod or its owner meanwhile."),
        { IsPassing: true } => new(
            "MS2M-1306", $"Kubernetes could not answer: {problem.Message}", "The engine asks again."),
        _ => new(
            "MS2M-1307", problem.Message, problem.Causes is [var remedy, ..] ? remedy : "See docs/kubernetes.md, \"Who owns the pod\"."),
    };
}
