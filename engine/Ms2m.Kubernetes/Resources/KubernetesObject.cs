using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.Kubernetes.Resources;

/// <summary>Part of an object. What it does not name is kept as it came and goes back as it was.</summary>
public abstract record Part
{
    // Set, not init: the generated reader fills it as it goes.
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; set; }
}

/// <summary>What all kinds have in common.</summary>
public abstract record KubernetesObject : Part
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    // The generated reader sets what is missing to null, whatever it is initialized with.
    public ObjectMeta Metadata { get => field ?? ObjectMeta.Empty; init; }
}

public sealed record ObjectMeta : Part
{
    internal static ObjectMeta Empty { get; } = new();

    public string? Name { get; init; }

    public string? GenerateName { get; init; }

    public string? Namespace { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public long? Generation { get; init; }

    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set when it is being deleted.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }

    public IReadOnlyList<string>? Finalizers { get; init; }

    [JsonIgnore]
    public bool IsGoing => DeletionTimestamp is not null;

    /// <summary>The owner that recreates it, if there is one.</summary>
    [JsonIgnore]
    public OwnerReference? Controller => OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);

    public string? Label(string name) => Labels?.GetValueOrDefault(name);

    public string? Annotation(string name) => Annotations?.GetValueOrDefault(name);
}

public sealed record OwnerReference : Part
{
    public required string ApiVersion { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    public bool? Controller { get; init; }
}

/// <param name="ResourceVersion">At which it was true; where a watch goes on from.</param>
public sealed record ObjectList<T>(string? ResourceVersion, IReadOnlyList<T> Items)
    where T : KubernetesObject;

public sealed record LabelSelector : Part
{
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }
}

/// <summary>As in the status of most kinds.</summary>
public sealed record Condition : Part
{
    public required string Type { get; init; }

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public required string Status { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }
}
