using Ms2m.Contracts;

namespace Ms2m.Kubernetes.Operator;

/// <summary>Why a migration that was asked for by an object cannot begin: 132x and 133x.</summary>
public static class OperatorFailures
{
    public static Failure BadSpec(string field, string why) => new(
        "MS2M-1320", $"The field \"{field}\" cannot be used: {why}.",
        "A migration's spec cannot be changed: delete the object and make another. docs/stateful-migration.md has the fields.");

    public static Failure NoPod(string pod) => new(
        "MS2M-1321", $"There is no running pod \"{pod}\" in the namespace.", "See `kubectl get pods` for the pods there are.");

    public static Failure NotOptedIn(string pod, string label) => new(
        "MS2M-1322", $"The pod \"{pod}\" does not carry the label {label}, so it is no workload of ours.",
        "Put the label into its owner's pod template; docs/stateful-migration.md says what else it needs.");

    public static Failure OtherContainer(string pod, string asked, string declared) => new(
        "MS2M-1323", $"The state of the pod \"{pod}\" is in the container \"{declared}\", not in \"{asked}\".",
        "Name that one, or none.");

    public static Failure NoNode(string node) => new(
        "MS2M-1324", $"There is no node \"{node}\".", "See `kubectl get nodes` for the nodes there are.");

    public static Failure NotLetIn(string pod) => new(
        "MS2M-1325", $"The pod \"{pod}\" holds no state: it was not let in, or no node worker has reported it yet.",
        "Another instance of its workload may be the active one: `ms2m workloads` shows it.");

    public static Failure OtherQueue(string pod, string asked, string? declared) => new(
        "MS2M-1326",
        declared is null
            ? $"The pod \"{pod}\" declares no queue, and \"{asked}\" was asked for."
            : $"The pod \"{pod}\" consumes the queue \"{declared}\", not \"{asked}\".",
        "Name that queue, or none.");

    /// <summary>Neither address is repeated: one of them may hold a password.</summary>
    public static Failure OtherBroker { get; } = new(
        "MS2M-1327", "The broker in messageQueueConfig.brokerUrl is not the engine's.",
        "Leave it out: a migration uses the broker that the engine is configured with.");

    public static Failure Withdrawn { get; } = new(
        "MS2M-1328", "The object was deleted before its migration began.", "Nothing to do.");

    public static Failure Forgotten { get; } = new(
        "MS2M-1329", "The object says that its migration has begun, and the engine's log does not know it.",
        "The engine may have been given another store. See where the pod is, and ask with a new object.");

    public static Failure OthersWorkload(string pod, string workload) => new(
        "MS2M-1330", $"The pod \"{pod}\" says that it is of the workload \"{workload}\", and that one runs outside of this namespace.",
        "A workload is moved by an object in its own namespace. A name is one workload's in the whole cluster: give this one another.");
}
