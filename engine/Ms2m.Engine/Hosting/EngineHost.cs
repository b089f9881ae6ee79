using System.Text.Json;
using System.Text.Json.Serialization;
using Ms2m.Engine.Answering;
using Ms2m.Engine.Api;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Collection;
using Ms2m.Engine.Delivery;
using Ms2m.Engine.Ingress;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Pods;
using Ms2m.Engine.Saga;
using Ms2m.Engine.Standbys;
using Ms2m.History.Events;
using Ms2m.History.ReadModels;
using Ms2m.Engine.Turns;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Hosting;
using Ms2m.EventLog.Schema;

namespace Ms2m.Engine.Hosting;

/// <summary>Puts an engine together. Several may run on one store and one broker.</summary>
public static class EngineHost
{
    /// <summary>An engine that is configured but not started; the schema is brought up to date when it starts.</summary>
    /// <param name="edges">Replaces edges of the engine that are somebody else's, in tests.</param>
    public static WebApplication Build(EngineOptions options, Action<ILoggingBuilder> logging, Action<IServiceCollection>? edges = null)
    {
        // Everything there is to set is in the options. Without these words the framework would watch the whole tree under
        // the working directory for settings files, which may be all of the machine's.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = AppContext.BaseDirectory,
        });
        logging(builder.Logging);
        builder.WebHost.UseUrls(options.Listen);
        builder.Services.ConfigureHttpJsonOptions(http =>
        {
            http.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            http.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            // Numbers are numbers, also in the document that describes them.
            http.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            http.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        });
        builder.Services.AddApiDocument();
        builder.Services.AddSingleton(options);
        builder.Services.AddEventLog(options.Store, events => MigrationEvents.Register(events));
        builder.Services.AddDocuments(new DocumentTable<MigrationSaga, Guid>(saga => saga.CorrelationId));
        builder.Services.AddSingleton(MigrationRows.Tables);
        builder.Services.AddSingleton<MigrationRows>();
        builder.Services.AddSingleton<MigrationTable>();
        builder.Services.AddSingleton<ReadModels>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ReadModels>());
        builder.Services.AddDocuments(new DocumentTable<NodeView, string>(view => view.Report.Node));
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddSingleton<ManagementApi>();
        builder.Services.AddSingleton<BrokerUsers>();
        builder.Services.AddSingleton<IInstanceAccess, InstanceAccess>();
        builder.Services.AddSingleton<TransferTokens>();
        builder.Services.AddSingleton<Dispatch>();
        builder.Services.AddSingleton<Provenance>();
        builder.Services.AddSingleton<ClusterReader>();
        builder.Services.AddSingleton<MigrationReader>();
        builder.Services.AddSingleton<EventStreams>();
        builder.Services.AddSingleton<Starts>();
        builder.Services.AddSingleton<LostPods>();
        builder.Services.AddSingleton<LineReader>();
        builder.Services.AddScoped<SlotKeeper>();
        builder.Services.AddScoped<MigrationHandler>();
        builder.Services.AddEngineBus(options);
        builder.Services.AddPgDelivery();
        builder.Services.AddHostedService<PlainRequests>();
        builder.Services.AddHostedService<TurnSweeper>();
        builder.Services.AddHostedService<StandbySweeper>();
        builder.Services.AddSingleton<RemainsReader>();
        builder.Services.AddSingleton<GarbageCollector>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GarbageCollector>());
        builder.Services.AddSingleton<MeterTotals>();
        builder.Services.AddSingleton<StoreLooker>();
        builder.Services.AddSingleton<MigrationMeasures>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MigrationMeasures>());
        builder.Services.AddSingleton<SignsOfLife>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SignsOfLife>());
        builder.Services.AddHostedService<WarmUp>();
        builder.Services.AddKubernetesParts(options.Kubernetes);

        edges?.Invoke(builder.Services);
        var app = builder.Build();
        // From the first measurement on, not from the first question.
        app.Services.GetRequiredService<MeterTotals>();
        app.UseTokenRequired(options.ApiToken);
        app.UseRefusalsSayWhy();
        app.UseStoreAway();
        app.UseUtf8Only();
        app.MapMigrations();
        app.MapPlans();
        app.MapEvents();
        app.MapCluster();
        app.MapGarbage();
        app.MapHealth();
        app.MapMetrics();
        app.MapOpenApi();
        return app;
    }

    /// <summary>Brings the schema up to date and starts.</summary>
    public static async Task StartAsync(WebApplication engine, CancellationToken token)
    {
        await engine.Services.GetRequiredService<SchemaInstaller>().InstallAsync(token);
        await engine.StartAsync(token);
    }
}
