using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>What a transfer's address tells the sender besides where to go.</summary>
public static class TransferUrl
{
    /// <summary>As its query: the target restores only from the runtime's own archive.</summary>
    public const string OnlyArchive = "accepts=archive";

    /// <summary>As its query: the target understands compressed frames. An older one does not say so.</summary>
    public const string Zstd = "accepts=zstd";

    /// <summary>As its query: the target tells which pages it has, and takes memory ahead of a checkpoint.</summary>
    public const string Delta = "accepts=delta";

    /// <summary>As its query: the target takes volumes by themselves, also ahead of a checkpoint.</summary>
    public const string Volumes = "accepts=volumes";

    public static CheckpointWay Accepts(Uri url) => Says(url, OnlyArchive) ? CheckpointWay.Archive : CheckpointWay.Images;

    public static bool AcceptsDelta(Uri url) => Says(url, Delta);

    public static bool AcceptsZstd(Uri url) => Says(url, Zstd);

    public static bool AcceptsVolumes(Uri url) => Says(url, Volumes);

    public static string Query(params ReadOnlySpan<string?> said)
    {
        var query = string.Join('&', said.ToArray().Where(one => one is not null));
        return query.Length > 0 ? $"?{query}" : "";
    }

    private static bool Says(Uri url, string what) => url.Query.TrimStart('?').Split('&').Contains(what);
}
