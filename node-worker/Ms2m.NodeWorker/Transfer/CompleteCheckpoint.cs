namespace Ms2m.NodeWorker.Transfer;

/// <summary>Says beside the files that they are all there, also after a restart of the worker.</summary>
public sealed record CompleteCheckpoint(string Digest, long Bytes, int Files)
{
    public const string FileName = "complete.json";
}
