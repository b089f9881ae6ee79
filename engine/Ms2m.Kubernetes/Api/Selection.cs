namespace Ms2m.Kubernetes.Api;

/// <summary>Which objects of a kind.</summary>
/// <param name="Namespace">Null for all.</param>
/// <param name="Labels">As in <c>kubectl -l</c>.</param>
/// <param name="Fields">As in <c>--field-selector</c>, such as <c>spec.nodeName=node1</c>.</param>
public sealed record Selection(string? Namespace = null, string? Labels = null, string? Fields = null)
{
    public static Selection All { get; } = new();
}
