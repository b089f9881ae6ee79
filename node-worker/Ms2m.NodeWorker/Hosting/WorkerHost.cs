using MassTransit;
using Ms2m.NodeWorker.Completed;
using Ms2m.NodeWorker.Heartbeat;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Channels;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Registry;
using Ms2m.NodeWorker.Transfer.Standby;
using Serilog;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>Puts the worker together.</summary>
public static class WorkerHost
{
    /// <param name="change">What a test puts in place of the real thing.</param>
    public static WebApplication Build(WorkerOptions options, Action<IServiceCollection>? change = null)
    {
        PrivateFiles.CreateFolder(options.Data);
        PrivateFiles.CreateFolder(options.Checkpoints);
        PrivateFiles.CreateFolder(options.IncomingFolder);

        // Slim, and no settings files are watched for: everything there is to set is in the options.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(Log.Logger);
        builder.WebHost.ConfigureKestrel(kestrel => WorkerAddresses.Bind(kestrel, options));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));

        builder.Services.AddWorker(options);
        // Before the bus: the node is in order when the first command comes, and what an earlier life left is known.
        // After it: the reporter speaks through it.
        builder.Services.AddHostedService<StartOver>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RegistryTraces>());
        builder.Services.AddWorkerBus(options);
        builder.Services.AddHostedService<NodeReporter>();
        builder.Services.AddHostedService<JournalKeeper>();
        builder.Services.AddHostedService<BaseKeeper>();
        builder.Services.AddHostedService<InstanceWatch>();
        change?.Invoke(builder.Services);

        var app = builder.Build();
        app.Services.GetRequiredService<TransferEndpoint>().Map(app);
        app.Services.GetRequiredService<ChannelEndpoint>().Map(app);
        app.Services.GetRequiredService<StandbyEndpoint>().Map(app);
        app.MapGet("/health", (RequestDelegate)HealthAsync);
        return app;
    }

    private static Task HealthAsync(HttpContext http)
    {
        var bus = http.RequestServices.GetRequiredService<IBusControl>().CheckHealth();
        var healthy = bus.Status == BusHealthStatus.Healthy;
        http.Response.StatusCode = healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsync(healthy ? "healthy\n" : "the broker is not connected\n");
    }
}
