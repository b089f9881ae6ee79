using System.Globalization;
using Ms2m.Engine.Hosting;
using Npgsql;
using Serilog;
using Serilog.Events;

Log.Logger = new LoggerConfiguration()
    .MinimumLevel.Information()
    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
    .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
    .WriteTo.Console(formatProvider: CultureInfo.InvariantCulture)
    .CreateLogger();
try
{
    using var traces = TraceExport.Begin(Environment.GetEnvironmentVariable);
    var options = EngineOptions.FromEnvironment(Environment.GetEnvironmentVariable);
    await using var engine = EngineHost.Build(options, logging => logging.ClearProviders().AddSerilog(Log.Logger));
    await EngineHost.StartAsync(engine, CancellationToken.None);
    await engine.WaitForShutdownAsync();
    return 0;
}
catch (EngineOptionsException wrong)
{
    Log.Fatal("Cannot start: {Reason}", wrong.Message);
    return 2;
}
catch (NpgsqlException store)
{
    Log.Fatal("Cannot start: the event store at MS2M_STORE does not answer as it should: {Reason}", store.Message);
    return 3;
}
catch (IOException address)
{
    Log.Fatal("Cannot start: {Reason} Free the address or set MS2M_ENGINE_LISTEN to another.", address.Message);
    return 3;
}
finally
{
    await Log.CloseAndFlushAsync();
}
