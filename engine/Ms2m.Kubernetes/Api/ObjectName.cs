namespace Ms2m.Kubernetes.Api;

/// <param name="Namespace">Null for what belongs to none.</param>
public readonly record struct ObjectName(string? Namespace, string Name)
{
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
