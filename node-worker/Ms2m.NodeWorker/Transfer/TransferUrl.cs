using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>What a transfer's address tells the sender besides where to go.</summary>
public static class TransferUrl
{
    /// <summary>As its query: the target restores only from the runtime's own archive.</summary>
    public const string OnlyArchive = "accepts=archive";

    public static CheckpointWay Accepts(Uri url) =>
        url.Query.TrimStart('?').Split('&').Contains(OnlyArchive) ? CheckpointWay.Archive : CheckpointWay.Images;
}
