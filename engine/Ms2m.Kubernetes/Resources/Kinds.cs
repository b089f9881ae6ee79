using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Resources;

/// <summary>The kinds that are used here.</summary>
public static class Kinds
{
    private static readonly KubernetesJson _json = KubernetesJson.Default;

    public static Kind<Pod> Pods { get; } = new("", "v1", "Pod", "pods", true, _json.Pod);

    public static Kind<Node> Nodes { get; } = new("", "v1", "Node", "nodes", false, _json.Node);

    public static Kind<CoreEvent> Events { get; } = new("", "v1", "Event", "events", true, _json.CoreEvent);

    public static Kind<StatefulSet> StatefulSets { get; } = new("apps", "v1", "StatefulSet", "statefulsets", true, _json.StatefulSet);

    public static Kind<ReplicaSet> ReplicaSets { get; } = new("apps", "v1", "ReplicaSet", "replicasets", true, _json.ReplicaSet);

    public static Kind<Deployment> Deployments { get; } = new("apps", "v1", "Deployment", "deployments", true, _json.Deployment);

    public static Kind<PersistentVolumeClaim> Claims { get; } =
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true, _json.PersistentVolumeClaim);

    public static Kind<Lease> Leases { get; } = new("coordination.k8s.io", "v1", "Lease", "leases", true, _json.Lease);

    public static Kind<PodDisruptionBudget> Budgets { get; } =
        new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true, _json.PodDisruptionBudget);

    public static Kind<SelfSubjectAccessReview> AccessReviews { get; } =
        new("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", false, _json.SelfSubjectAccessReview);

    public static Kind<StatefulMigration> Migrations { get; } =
        new("migration.ms2m.io", "v1alpha1", "StatefulMigration", "statefulmigrations", true, _json.StatefulMigration);
}
