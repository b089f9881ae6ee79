namespace Ms2m.Tests.Simulation;

/// <summary>Where an object is stored.</summary>
/// <param name="Resource">As the server names it in its messages, such as <c>statefulsets.apps</c>.</param>
internal readonly record struct ObjectKey(string Resource, string? Namespace, string Name) : IComparable<ObjectKey>
{
    public int CompareTo(ObjectKey other) => string.CompareOrdinal(ToString(), other.ToString());

    public override string ToString() => $"{Resource} {Namespace}/{Name}";
}
