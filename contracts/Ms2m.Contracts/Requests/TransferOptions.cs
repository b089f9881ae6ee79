using System.Text.Json.Serialization;

namespace Ms2m.Contracts;

/// <summary>How a checkpoint gets from node to node.</summary>
/// <param name="Mode">Default <see cref="TransferMode.Direct"/>.</param>
/// <param name="Compression">Default <see cref="TransferCompression.Auto"/>.</param>
/// <param name="MaxBytesPerSecond">Upper limit on the wire; absent for none.</param>
/// <param name="MaxRounds">For <see cref="TransferMode.Delta"/>: at most so many rounds while the workload runs. Default 5.</param>
public sealed record TransferOptions(
    TransferMode Mode = TransferMode.Direct,
    TransferCompression Compression = TransferCompression.Auto,
    long? MaxBytesPerSecond = null,
    int MaxRounds = 5);

/// <summary>The ways of a checkpoint.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TransferMode>))]
public enum TransferMode
{
    /// <summary>From worker to worker, in one stream.</summary>
    Direct,

    /// <summary>As an OCI image through a registry.</summary>
    Registry,

    /// <summary>From worker to worker: a base while the workload runs, then only the pages that differ from it.</summary>
    Delta,
}

/// <summary>Whether a checkpoint is made smaller for the wire.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TransferCompression>))]
public enum TransferCompression
{
    /// <summary>As the measured speeds of link and processor say.</summary>
    Auto,

    None,

    Zstd,
}
