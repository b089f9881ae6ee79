using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Ownership;

/// <summary>One read of the API.</summary>
public abstract record Question
{
    private Question()
    {
    }

    public sealed record OfStatefulSet(ObjectName Name) : Question;

    public sealed record OfReplicaSet(ObjectName Name) : Question;

    public sealed record OfDeployment(ObjectName Name) : Question;

    /// <summary>Those that may be a Deployment's, whose they are tells their owner.</summary>
    public sealed record OfReplicaSets(string Namespace, string Labels) : Question;

    /// <summary>The pod of a fixed name.</summary>
    public sealed record OfNamed(ObjectName Name) : Question;

    /// <summary>Pods of the instances that it is about, or that an owner selects.</summary>
    public sealed record OfPods(string Namespace, string Labels) : Question;

    public sealed record OfNode(string Name) : Question;

    public sealed record OfClaim(ObjectName Name) : Question;
}
