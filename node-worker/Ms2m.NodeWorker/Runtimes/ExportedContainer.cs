namespace Ms2m.NodeWorker.Runtimes;

/// <summary>What podman's export of a checkpoint is an export of.</summary>
/// <param name="Volumes">Names of volumes' archives in it, and what they are called in a checkpoint's folder.</param>
public sealed record ExportedContainer(
    string Name, string ImageName, string ImageId, IReadOnlyDictionary<string, string> Volumes);
