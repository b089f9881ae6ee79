using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>Why an owner cannot be dealt with: a sentence, and as the first cause what to do about it.</summary>
internal static class OwnershipProblems
{
    public static ApiProblem OwnerMissing(string kind, string? name) => Lasting(
        "OwnerMissing", $"The {kind} {name} is gone or going.",
        "Its pod stays as it is and nobody replaces it; apply the owner again, or delete the pod.");

    public static ApiProblem InstanceMissing(string instance) => Lasting(
        "InstanceMissing", $"No pod is instance {instance}.", "Somebody deleted it. See the events of the namespace.");

    public static ApiProblem InstanceEnded(Pod pod) => Lasting(
        "InstanceEnded", $"The pod {pod.Metadata.Name} {(pod.Metadata.IsGoing ? "is being deleted" : "has ended")}.",
        $"See `kubectl describe pod -n {pod.Metadata.Namespace} {pod.Metadata.Name}` and the log of its container.");

    public static ApiProblem OwnedByAnother(Pod pod, OwnerReference? owner) => Lasting(
        "OwnedByAnother",
        $"The pod {pod.Metadata.Name} is owned by {(owner is null ? "nobody" : $"the {owner.Kind} {owner.Name}")}, unlike when it was last seen.",
        "Only pods of a StatefulSet, of a Deployment or ReplicaSet, and of nobody can be moved.");

    public static ApiProblem NotTheLast(StatefulSet set, string pod, int last) => Lasting(
        "NotTheLast", $"{pod} is not the last pod of the StatefulSet {set.Metadata.Name}, which is {set.Metadata.Name}-{last}.",
        "A StatefulSet gives up only its last pod. Move that one, or give this workload a StatefulSet of its own.");

    public static ApiProblem ScaledMeanwhile(StatefulSet set, int wanted) => Lasting(
        "ScaledMeanwhile", $"Somebody scaled the StatefulSet {set.Metadata.Name} to {set.Spec?.Replicas ?? 1} during the migration.",
        $"Scale it to {wanted}: `kubectl scale -n {set.Metadata.Namespace} statefulset {set.Metadata.Name} --replicas={wanted}`.");

    public static ApiProblem Rollout(string kind, string? name) => Lasting(
        "Rollout", $"The {kind} {name} is rolling out another template than its pod was made from.",
        "Let the rollout end, or undo it with `kubectl rollout undo`; an adopted pod of the old template would be replaced by an empty one.");

    public static ApiProblem Paused(string? name) => Lasting(
        "Paused", $"The Deployment {name} is paused.", "Resume it with `kubectl rollout resume` and let its rollout end.");

    public static ApiProblem NotOne(string kind, string? name, int replicas) => Lasting(
        "NotOne", $"The {kind} {name} wants {replicas} pods.",
        "The state of a workload is in one pod: it is to have one replica, and no autoscaler.");

    public static ApiProblem ClaimsWouldGo(StatefulSet set) => Lasting(
        "ClaimsWouldGo", $"The StatefulSet {set.Metadata.Name} deletes its pods' claims when it is scaled down.",
        "Set persistentVolumeClaimRetentionPolicy.whenScaled to Retain.");

    public static ApiProblem EmptyDir(string volume) => Lasting(
        "EmptyDir", $"The container has the emptyDir {volume}, whose content a checkpoint does not carry.",
        "Write to the container's own file system, which is carried, or to a claim.");

    public static ApiProblem HostPath(string volume) => Lasting(
        "HostPath", $"The container has the hostPath {volume}, whose content is the node's.", "Use a claim.");

    public static ApiProblem OneNodeOnly(string claim) => Lasting(
        "OneNodeOnly", $"Only one node at a time may use the claim {claim}, and the copy comes before its source goes.",
        "Make it a StatefulSet, whose pod goes first, or use a claim that is ReadWriteMany.");

    public static ApiProblem NoLabels(Pod pod) => Lasting(
        "NoLabels", $"The pod {pod.Metadata.Name} does not say in its annotation {Markings.LabelsToTake} which labels its owner knows it by.",
        "Put the labels of the owner's template on it by hand.");

    public static ApiProblem NotItsLabels(Pod pod, string kind, string? owner) => Lasting(
        "NotItsLabels", $"The labels that the pod {pod.Metadata.Name} is to get are not those that the {kind} {owner} selects.",
        "Its selector was changed meanwhile. The pod runs on without an owner.");

    public static ApiProblem NameTaken(Pod pod) => Lasting(
        "NameTaken", $"The name {pod.Metadata.Name} belongs to another pod.", "Its owner made it anew when the copy went; the state is gone.");

    public static ApiProblem Waited(Act.Wait waits) => new(408, ApiProblem.Waiting, waits.Because?.Message ?? $"It waited for {waits.For}.")
    {
        Causes = waits.Because?.Causes ?? [],
    };

    // What follows passes when somebody does something, so that it is worth to ask again: its code is that of a conflict.

    public static ApiProblem NodeLost(Pod pod) => Passing(
        "NodeLost", $"The pod {pod.Metadata.Name} is to end, and its node {pod.Spec?.NodeName} does not answer: nobody knows whether it still runs.",
        $"Bring the node back. If it is dead for certain, say so: `kubectl taint nodes {pod.Spec?.NodeName} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute`.");

    public static ApiProblem NotSeen(string kind, string? name) => Passing(
        "NotSeen", $"The {kind} {name} was changed a moment ago, and its controller has not yet seen it.", "It does soon.");

    public static ApiProblem NotAllReady(StatefulSet set) => Passing(
        "NotAllReady", $"Not all pods of the StatefulSet {set.Metadata.Name} are ready, so it would not give one up.",
        "Let them become ready, or set podManagementPolicy to Parallel.");

    private static ApiProblem Lasting(string reason, string sentence, string remedy) => new(422, reason, sentence) { Causes = [remedy] };

    private static ApiProblem Passing(string reason, string sentence, string remedy) => new(409, reason, sentence) { Causes = [remedy] };
}
