namespace Ms2m.NodeWorker.Transfer.Security;

internal static class TransferClient
{
    /// <summary>No proxy between nodes, no other place than the one that was named, and a peer that is not there is
    /// told of soon.</summary>
    public static SocketsHttpHandler Handler() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        Expect100ContinueTimeout = TimeSpan.FromSeconds(10),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
    };
}
