using System.Text.Json.Serialization;

namespace Ms2m.NodeWorker.Runtimes.Podman;

// The parts of podman's documents that the worker reads or writes; podman's own names.

internal sealed record ListedContainer(
    string Id, IReadOnlyList<string> Names, string State, int Pid, IReadOnlyDictionary<string, string>? Labels,
    int ExitCode, string? Pod);

internal sealed record ListedImage(IReadOnlyList<string>? RepoTags);

internal sealed record InspectedContainer(
    string Id, string Name, InspectedState State, InspectedDriver? GraphDriver, string? StaticDir,
    InspectedConfig? Config, IReadOnlyList<InspectedMount>? Mounts, string? Image = null, string? ImageName = null);

internal sealed record InspectedState(string Status, int Pid, string? CgroupPath, int ExitCode);

internal sealed record InspectedDriver(IReadOnlyDictionary<string, string>? Data);

internal sealed record InspectedConfig(IReadOnlyDictionary<string, string>? Labels);

internal sealed record ListedVolume(string Name);

internal sealed record InspectedMount(string? Type, string? Name, string? Destination, string? Source = null);

internal sealed record NewContainer
{
    [JsonPropertyName("name")] public required string Name { get; init; }

    [JsonPropertyName("image")] public required string Image { get; init; }

    [JsonPropertyName("command")] public IReadOnlyList<string>? Command { get; init; }

    [JsonPropertyName("env")] public required IReadOnlyDictionary<string, string> Env { get; init; }

    [JsonPropertyName("labels")] public required IReadOnlyDictionary<string, string> Labels { get; init; }

    [JsonPropertyName("annotations")] public required IReadOnlyDictionary<string, string> Annotations { get; init; }

    [JsonPropertyName("mounts")] public required IReadOnlyList<NewMount> Mounts { get; init; }

    [JsonPropertyName("volumes")] public IReadOnlyList<NewVolume>? Volumes { get; init; }

    [JsonPropertyName("oci_runtime")] public string OciRuntime { get; init; } = "runc";

    [JsonPropertyName("netns")] public NewNamespace Network { get; init; } = new("host");

    /// <summary>conmon writes this log into podman's own storage: no descriptor leads out of the container's mount
    /// namespace, which CRIU could not follow.</summary>
    [JsonPropertyName("log_configuration")] public NewLog Log { get; init; } = new("k8s-file");
}

internal sealed record NewMount(
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("destination")] string Destination,
    [property: JsonPropertyName("options")] IReadOnlyList<string> Options);

internal sealed record NewVolume(
    [property: JsonPropertyName("Name")] string Name, [property: JsonPropertyName("Dest")] string Destination);

internal sealed record NewNamespace(
    [property: JsonPropertyName("nsmode")] string Mode, [property: JsonPropertyName("value")] string? Path = null);

internal sealed record NewLog([property: JsonPropertyName("driver")] string Driver);
