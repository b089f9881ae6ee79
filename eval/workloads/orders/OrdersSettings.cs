using System.Globalization;

namespace Ms2m.Orders;

/// <summary>What the environment says. It is part of the frozen memory, so nothing here may differ between nodes.</summary>
/// <param name="StateMb">Live objects to hold, in megabytes.</param>
/// <param name="WorkMs">Time one message takes.</param>
/// <param name="Receipts">Fanout exchange for one receipt a message; empty for none.</param>
internal sealed record OrdersSettings(
    string Queue, string Exchange, string Binding, string Receipts, int StateMb, int WorkMs, ushort Prefetch)
{
    public static OrdersSettings FromEnvironment() => new(
        Text("MS2M_QUEUE", "orders"), Text("MS2M_EXCHANGE", "orders"), Text("MS2M_BINDING", "#"),
        Text("MS2M_RECEIPTS", "orders.receipts"), Number("MS2M_STATE_MB", 27), Number("MS2M_WORK_MS", 10),
        (ushort)Math.Clamp(Number("MS2M_PREFETCH", 32), 1, ushort.MaxValue));

    private static string Text(string name, string otherwise) => Environment.GetEnvironmentVariable(name) ?? otherwise;

    private static int Number(string name, int otherwise)
    {
        var text = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(text) ? otherwise
            : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
            : throw new ArgumentException($"{name} must be a whole number from 0, not \"{text}\".");
    }
}
