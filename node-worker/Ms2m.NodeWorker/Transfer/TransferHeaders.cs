namespace Ms2m.NodeWorker.Transfer;

internal static class TransferHeaders
{
    /// <summary>On a PUT: go on from what is there instead of beginning anew.</summary>
    public const string Resume = "Ms2m-Resume";

    /// <summary>On a PUT: the digests of the bases that copy frames count, by commas.</summary>
    public const string Bases = "Ms2m-Bases";

    public static IReadOnlyList<string> ReadBases(string? header) =>
        header?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    public static string WriteBases(IEnumerable<string> digests) => string.Join(',', digests);
}
