namespace Ms2m.NodeWorker;

/// <summary>Where containers are pods'.</summary>
public static partial class NodeFailures
{
    public static Trouble KubernetesSilent(string what, string cause) => Again(
        "MS2M-2701", $"Kubernetes could not {what}: {cause}", "See the API server's log; does the worker's pod reach it?");

    public static Trouble KubernetesForbids(string what, string cause) => Never(
        "MS2M-2702", $"Kubernetes does not let the worker {what}: {cause}",
        "Give its service account the role of deploy/kubernetes.");

    public static Trouble KubernetesRefused(string what, string cause) => Never(
        "MS2M-2703", $"Kubernetes would not {what}: {cause}", "The message says why; kubectl describe shows the object.");

    public static Trouble CheckpointForbidden(string cause) => Never(
        "MS2M-2704", $"The kubelet does not let the worker make checkpoints: {cause}",
        "Give its service account 'create' on nodes/checkpoint, or on nodes/proxy with MS2M_KUBELET=proxy. A kubelet may take half a "
            + "minute to hear of it.");

    public static Trouble KubeletSilent(string cause) => Again(
        "MS2M-2705", $"The kubelet of this node does not answer: {cause}",
        "Does it run? Where its certificate is not the cluster's: MS2M_KUBELET_CA, or MS2M_KUBELET=proxy.");

    public static Trouble NodeHasNoCriu(string cause) => Never(
        "MS2M-2706", $"This node's runtime finds no CRIU: {cause}", "Install CRIU 4.2 or newer where the runtime's service finds it.");

    public static Trouble KubeletDumpFailed(string instance, string cause) => Again(
        "MS2M-2707", $"The checkpoint of '{instance}' failed: {cause}",
        "Does /etc/criu/runc.conf on the node say tcp-close? Without it a container with open connections cannot be dumped, nor "
            + "can one that watches files: docs/kubernetes.md. The runtime's log has CRIU's words.");

    public static Trouble KubeletArchive(string cause) => Never(
        "MS2M-2708", $"The kubelet's checkpoint cannot be used: {cause}",
        "The worker must see the kubelet's folder of checkpoints: MS2M_KUBELET_CHECKPOINTS and the pod's hostPath.");

    public static Trouble PodNotStarted(string pod, string cause) => Again(
        "MS2M-2709", $"The pod {pod} did not start: {cause}", "kubectl describe shows its events; its node's kubelet has the log.");

    public static Trouble ImageNotLoaded(string cause) => Again(
        "MS2M-2710", $"The checkpoint's image could not be given to this node's runtime: {cause}",
        "The worker needs the runtime's socket or storage: deploy/kubernetes shows the mounts.");

    public static Trouble PodStays(string pod) => Again(
        "MS2M-2711", $"The pod {pod} is still there a minute after it was to go.",
        "Its node may be lost, or a finalizer hold it: kubectl describe. Force its deletion only of a node that is dead for certain.");

    public static Trouble NotThatPod(string cause) => Never(
        "MS2M-2712", $"The checkpoint is not one of the workload's pod: {cause}.", "Start the migration anew.");

    public static Trouble NotOfPods(string what) => Never(
        "MS2M-2713", $"{what} does not work where containers are pods'.", "Choose another strategy or transfer.");

    public static Trouble NobodyWaits(string instance) => Never(
        "MS2M-2714", $"No pod on this node waits to be let in as '{instance}'.",
        "It may have gone; its owner makes another, which is found by itself.");

    public static Trouble PodNameTaken(string pod) => Again(
        "MS2M-2715", $"There is a pod {pod} that is not the migration's.", "Wait until its owner has let it go, or delete it.");

    public static Trouble NoSourcePod(string workload) => Again(
        "MS2M-2716", $"The API server shows no pod of {workload} from which another could be made.",
        "Does its source still run? kubectl get pods -l migration.ms2m.io/instance shows who was let in.");

    public static Trouble PodNotTold(string instance, IEnumerable<string> spaces) => Never(
        "MS2M-2717", $"Pods of several namespaces say that they are '{instance}': {string.Join(", ", spaces)}.",
        "The label migration.ms2m.io/instance is the worker's to give: take it off the pods that it has not let in.");
}
