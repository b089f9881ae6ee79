using Ms2m.Contracts;

namespace Ms2m.Engine.Delivery;

/// <summary>Who gets a stored message, in one of a few words.</summary>
internal static class Receiver
{
    private static readonly string _node = Names.Node("");

    /// <param name="destination">An address that ends with the exchange's name, before its options.</param>
    public static string Of(string destination)
    {
        var exchange = destination.Split('?')[0].Split('/', ':')[^1];
        return exchange.StartsWith(_node, StringComparison.Ordinal) ? "node"
            : exchange == Names.Control ? "instance"
            : exchange == Names.BrokerTasks ? "broker"
            : "engine";
    }
}
