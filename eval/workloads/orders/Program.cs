using System.Runtime.InteropServices;
using Ms2m.Orders;
using Ms2m.Workload;

var settings = OrdersSettings.FromEnvironment();
var totals = new OrderTotals(settings.StateMb);
using var stop = new CancellationTokenSource();
// As process 1 of a container there is no default action for a signal.
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Ask);
using var window = new StateWindow(totals, settings.Queue);

var options = new WorkloadOptions
{
    Queue = settings.Queue,
    Prefetch = settings.Prefetch,
    Exchanges = settings.Receipts.Length == 0
        ? [new(settings.Exchange, "topic")]
        : [new(settings.Exchange, "topic"), new(settings.Receipts, "fanout")],
    Bindings = [new(settings.Exchange, settings.Binding)],
    StateDigest = totals.Digest,
};
using var traces = TraceExport.Begin(Environment.GetEnvironmentVariable);
window.Open(options.InstanceFilePath);
var result = await Workload.RunAsync(options, Handle, stop.Token);
Console.WriteLine($"ended: {result}");
return (int)result;

async ValueTask Handle(Message message, Effects effects)
{
    await ExactPause.For(settings.WorkMs);
    var receipt = totals.Apply(message.Name, message.Body.Span);
    if (settings.Receipts.Length > 0)
    {
        effects.Send(settings.Receipts, "", receipt, "application/json");
    }
}

void Ask(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
