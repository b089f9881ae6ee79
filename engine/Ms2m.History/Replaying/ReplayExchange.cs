namespace Ms2m.History.Replaying;

/// <summary>Where history may be published: only to exchanges that are there for it. Nothing of the live system listens on one, so
/// that an event of the past is never taken for one of the present.</summary>
public static class ReplayExchange
{
    public const string Default = "ms2m.history";

    /// <summary>AMQP's bound for a name.</summary>
    private const int MostBytes = 255;

    public static bool IsAllowed(string name) =>
        System.Text.Encoding.UTF8.GetByteCount(name) <= MostBytes
        && (name == Default || (name.StartsWith(Default + ".", StringComparison.Ordinal) && name.Length > Default.Length + 1));
}
