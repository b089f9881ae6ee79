namespace Ms2m.Kubernetes.Resources;

/// <summary>Labels and annotations of ours on pods and nodes.</summary>
public static class Markings
{
    private const string Prefix = "migration.ms2m.io/";

    /// <summary>Label by which a pod opts in, with the workload's name as its value; stands in the owner's pod template.</summary>
    public const string Workload = Prefix + "workload";

    /// <summary>Label of a pod that has been let in: its instance's id.</summary>
    public const string Instance = Prefix + "instance";

    /// <summary>Label of a pod that was made by a migration: its id.</summary>
    public const string Migration = Prefix + "migration";

    /// <summary>Annotation with the instance file as JSON; a downward API volume shows it to the container.</summary>
    public const string InstanceFile = Prefix + "instance-file";

    /// <summary>Annotation of a pod template: the primary queue.</summary>
    public const string Queue = Prefix + "queue";

    /// <summary>Annotation of a pod template: exchanges to which the workload publishes, separated by commas.</summary>
    public const string Publishes = Prefix + "publishes";

    /// <summary>Annotation of a pod template: exchanges to which it binds its queue, separated by commas.</summary>
    public const string Binds = Prefix + "binds";

    /// <summary>Annotation of a pod template: the container that holds the state; the first one when absent.</summary>
    public const string Container = Prefix + "container";

    /// <summary>Annotation of a pod template: <c>true</c> where there may never be two of it.</summary>
    public const string Unique = Prefix + "unique";

    /// <summary>Annotation of a pod template: nodes where its memory is to be known in advance, separated by commas.</summary>
    public const string Standby = Prefix + "standby";

    /// <summary>Annotation of a pod template: how old, in seconds, what those nodes know may become.</summary>
    public const string StandbyEvery = Prefix + "standby-every";

    /// <summary>Annotation of a restored pod: labels, as JSON, that it is to get when it is taken over by its owner.</summary>
    public const string LabelsToTake = Prefix + "labels-to-take";

    /// <summary>Annotation of a restored pod: the image that the owner's template names, as the checkpoint's stands in its
    /// place.</summary>
    public const string BaseImage = Prefix + "base-image";

    /// <summary>Annotation of a restored pod: <c>KIND/NAME</c> of the owner that its original had, as it has none yet.</summary>
    public const string FormerOwner = Prefix + "former-owner";

    /// <summary>Annotation of a pod that was let in: the id of the container that was. Its node starts another under another id,
    /// which has nothing of its state.</summary>
    public const string LetIn = Prefix + "let-in-container";

    /// <summary>Finalizer of a StatefulSet's pod that is to give up its name: it holds the name until the StatefulSet knows that
    /// it is to make no other. Taken off by the same step, and by those that undo it.</summary>
    public const string HoldsName = Prefix + "holds-name";

    /// <summary>Kubernetes' own annotation: of the pods of a ReplicaSet, the cheaper ones are deleted first.</summary>
    public const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    /// <summary>Kubernetes' own label of a StatefulSet's pod: the template that it was made from.</summary>
    public const string Revision = "controller-revision-hash";

    /// <summary>Label, <c>true</c>, or taint of a node that is to be emptied.</summary>
    public const string Drain = Prefix + "drain";

    /// <summary>Label of a migration that a drain has asked for: the node that is emptied.</summary>
    public const string DrainedNode = Prefix + "drained-node";

    /// <summary>Label of such a migration: the uid of the pod that it moves.</summary>
    public const string PodUid = Prefix + "pod-uid";

    /// <summary>Annotation of a pod that somebody wants to evict: <c>NODE TIME</c>. A copy on another node is not meant.</summary>
    public const string Eviction = Prefix + "eviction";

    /// <summary>Finalizer of a migration's object: its deletion is to cancel, and waits until that is over.</summary>
    public const string CancelFinalizer = Prefix + "cancel";
}
