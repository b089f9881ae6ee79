using Ms2m.Kubernetes.Api;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Kubelet;

/// <summary>What a kubelet says of a checkpoint that it did not make. Its words are plain text.</summary>
internal static class KubeletWords
{
    public static Trouble TroubleOf(ApiProblem problem, string instance) => problem switch
    {
        { IsForbidden: true } => NodeFailures.CheckpointForbidden(problem.Message),
        { Code: 404 } => NodeFailures.NoSuchInstance(instance),
        // It may have been made: who asks again finds out.
        { Code: 0 or 502 or 503 or 504 } => NodeFailures.KubeletSilent(problem.Message),
        _ when Says(problem, "CRIU binary not found") || Says(problem, "checkpoint/restore support not available")
            => NodeFailures.NodeHasNoCriu(problem.Message),
        // The kubelet's word for one that has ended.
        _ when Says(problem, "not found)") || Says(problem, "only CONTAINER_RUNNING containers")
            => NodeFailures.NotRunning(instance, "exited"),
        _ => NodeFailures.KubeletDumpFailed(instance, problem.Message),
    };

    private static bool Says(ApiProblem problem, string words) => problem.Message.Contains(words, StringComparison.OrdinalIgnoreCase);
}
