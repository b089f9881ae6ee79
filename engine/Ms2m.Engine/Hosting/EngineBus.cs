using System.Text.Json.Serialization;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Delivery;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Pods;
using Ms2m.Engine.Saga;
using RabbitMQ.Client;

namespace Ms2m.Engine.Hosting;

/// <summary>The engine's endpoints. Everything on the wire is plain JSON with a type header, so that neither workers nor
/// workloads need MassTransit.</summary>
internal static class EngineBus
{
    public static void AddEngineBus(this IServiceCollection services, EngineOptions options) => services.AddMassTransit(x =>
    {
        x.DisableUsageTelemetry();
        x.AddConsumer<NodeReportConsumer>();
        x.AddConsumer<RefusedStartConsumer>();
        x.AddConsumer<BrokerTaskConsumer>();
        x.AddConsumer<PodTaskConsumer>();
        x.AddConsumer<FoundWorkloadConsumer>();
        x.AddSagaStateMachine<MigrationStateMachine, MigrationSaga>().PgRepository();
        x.UsingRabbitMq((context, bus) =>
        {
            Connect(bus, options.Broker);
            var self = new ConnectionFactory { Uri = options.Broker }.UserName;
            bus.ConfigureSend(send => send.UseExecute(message => Sign(message, self)));
            // Plain JSON and nothing else: an envelope would name its own type.
            bus.ClearSerialization();
            bus.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders, isDefault: true);
            bus.ConfigureJsonSerializerOptions(json =>
            {
                json.Converters.Add(new JsonStringEnumConverter());
                return json;
            });
            bus.UseDelayedMessageScheduler();
            bus.ReceiveEndpoint(Names.Migrations, endpoint =>
            {
                TypedOnly(endpoint, context);
                KnownSendersOnly(endpoint, self, context);
                endpoint.SetQuorumQueue();
                endpoint.ConcurrentMessageLimit = 16;
                endpoint.UsePgDelivery(context);
                endpoint.ConfigureSaga<MigrationSaga>(context);
            });
            Tasks<BrokerTaskConsumer>(bus, Names.BrokerTasks, atOnce: 8, context);
            // They wait for other controllers.
            Tasks<PodTaskConsumer>(bus, Names.ClusterTasks, atOnce: 16, context);
            // Not among the reports: shutting somebody out takes seconds, and late reports make nodes look dead.
            bus.ReceiveEndpoint(Names.FoundWorkloads, endpoint =>
            {
                TypedOnly(endpoint, context);
                KnownSendersOnly(endpoint, self, context);
                endpoint.ConcurrentMessageLimit = 2;
                // It is said again with every report.
                endpoint.SetQueueArgument("x-message-ttl", 10_000);
                endpoint.DiscardFaultedMessages();
                endpoint.Bind<WorkloadFound>();
                endpoint.ConfigureConsumer<FoundWorkloadConsumer>(context);
            });
            bus.ReceiveEndpoint(Names.NodeReports, endpoint =>
            {
                TypedOnly(endpoint, context);
                KnownSendersOnly(endpoint, self, context);
                endpoint.ConcurrentMessageLimit = 4;
                // An old report is worth nothing.
                endpoint.SetQueueArgument("x-message-ttl", 30_000);
                endpoint.ConfigureConsumer<NodeReportConsumer>(context);
                endpoint.Bind<NodeCommandRefused>();
                endpoint.ConfigureConsumer<RefusedStartConsumer>(context);
            });
        });
    });

    /// <summary>The engine's own steps.</summary>
    private static void Tasks<T>(IRabbitMqBusFactoryConfigurator bus, string queue, int atOnce, IBusRegistrationContext context)
        where T : class, IConsumer => bus.ReceiveEndpoint(queue, endpoint =>
    {
        TypedOnly(endpoint, context);
        endpoint.SetQuorumQueue();
        endpoint.ConcurrentMessageLimit = atOnce;
        // What fails there is answered; only an absent store comes through to here, and is waited for.
        endpoint.UseMessageRetry(retry => retry.Interval(600, TimeSpan.FromSeconds(1)));
        endpoint.ConfigureConsumer<T>(context);
    });

    private static void Connect(IRabbitMqBusFactoryConfigurator bus, Uri broker)
    {
        var address = new UriBuilder(broker) { Scheme = broker.Scheme == "amqps" ? "rabbitmqs" : "rabbitmq", UserName = "", Password = "" };
        bus.Host(address.Uri, host =>
        {
            var login = broker.UserInfo.Split(':', 2);
            host.Username(Uri.UnescapeDataString(login[0]));
            host.Password(login.Length > 1 ? Uri.UnescapeDataString(login[1]) : "");
        });
    }

    // Only what comes back to an engine. A command keeps its properties when a worker sets it aside, and the broker would
    // not take it from the worker under the engine's name.
    private static void Sign(SendContext context, string self)
    {
        if (context is RabbitMqSendContext { Exchange: Names.Migrations or Names.NodeReports } message)
        {
            message.BasicProperties.UserId = self;
        }
    }

    private static void KnownSendersOnly(
        IRabbitMqReceiveEndpointConfigurator endpoint, string self, IServiceProvider services) =>
        endpoint.ConfigureReceive(receive => receive.UseFilter(
            new KnownSendersOnly(
                self, services.GetRequiredService<EngineMetrics>(), services.GetRequiredService<ILogger<KnownSendersOnly>>())));

    // Everything is sent to the endpoint's own exchange; nothing is published, so no exchange per message type.
    private static void TypedOnly(IRabbitMqReceiveEndpointConfigurator endpoint, IServiceProvider services)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.ConfigureReceive(receive => receive.UseFilter(new TypedMessagesOnly(services.GetRequiredService<EngineMetrics>())));
    }
}
