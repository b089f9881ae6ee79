namespace Ms2m.Contracts;

/// <summary>Files that a workload keeps beside its image.</summary>
/// <param name="Name">DNS label, unique within the workload.</param>
/// <param name="Path">Where the container sees it: an absolute path.</param>
public sealed record WorkloadVolume(string Name, string Path);
