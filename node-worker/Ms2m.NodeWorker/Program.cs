using System.Globalization;
using Ms2m.NodeWorker.Hosting;
using Serilog;
using Serilog.Events;

var (options, problems) = WorkerOptionsReader.Read(Environment.GetEnvironmentVariable);
if (options is null)
{
    foreach (var problem in problems)
        await Console.Error.WriteLineAsync(problem);
    return 2;
}

// Whoever started the worker may have done so from a folder that is not there on the node.
Environment.CurrentDirectory = "/";
Log.Logger = new LoggerConfiguration()
    // The hosts' own lines repeat what the worker's say, or say nothing.
    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
    .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
    .Enrich.WithProperty("Node", options.Node)
    .WriteTo.Console(
        outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {Node} {Message:lj}{NewLine}{Exception}",
        formatProvider: CultureInfo.InvariantCulture)
    .CreateLogger();
try
{
    using var traces = TraceExport.Begin(Environment.GetEnvironmentVariable, options.Node);
    await using var app = WorkerHost.Build(options);
    var unmet = StartConditions.Problems(app.Services);
    foreach (var condition in unmet)
        await Console.Error.WriteLineAsync(condition);
    if (unmet.Count > 0)
        return 2;
    await app.RunAsync();
    return 0;
}
finally
{
    await Log.CloseAndFlushAsync();
}
