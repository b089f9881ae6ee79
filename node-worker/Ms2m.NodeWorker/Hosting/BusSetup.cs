using MassTransit;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Consumers;
using RabbitMQ.Client;

namespace Ms2m.NodeWorker.Hosting;

/// <summary>The worker's side of the broker: one queue of commands, raw JSON everywhere.</summary>
public static class BusSetup
{
    /// <summary>Commands are only recorded when they are consumed, so many may be taken at once.</summary>
    private const ushort Prefetch = 32;

    public static void AddWorkerBus(this IServiceCollection services, WorkerOptions options)
    {
        services.AddSingleton<IBusSender, BusSender>();
        services.AddMassTransit(x =>
        {
            x.DisableUsageTelemetry();
            x.AddConsumer<StepConsumer<ReserveTarget>>();
            x.AddConsumer<StepConsumer<PreCopy>>();
            x.AddConsumer<StepConsumer<TakeCheckpoint>>();
            x.AddConsumer<StepConsumer<RestoreShadow>>();
            x.AddConsumer<StepConsumer<ActivateInstance>>();
            x.AddConsumer<StepConsumer<CollectPages>>();
            x.AddConsumer<StepConsumer<FreezeInstance>>();
            x.AddConsumer<StepConsumer<ThawInstance>>();
            x.AddConsumer<StepConsumer<StartInstance>>();
            x.AddConsumer<StepConsumer<ReviveSource>>();
            x.AddConsumer<StepConsumer<RemoveInstance>>();
            x.AddConsumer<StepConsumer<DiscardCheckpoint>>();
            x.AddConsumer<RunWorkloadConsumer>();
            x.AddConsumer<StopWorkloadConsumer>();
            x.AddConsumer<StandbyConsumer>();
            x.UsingRabbitMq((context, bus) => Configure(context, bus, options));
        });
    }

    /// <summary>The broker lets nobody name another: so the engine knows who says it.</summary>
    private static void Sign(SendContext context, string user)
    {
        if (context is RabbitMqSendContext rabbit)
            rabbit.BasicProperties.UserId = user;
    }

    private static void Configure(
        IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator bus, WorkerOptions options)
    {
        bus.Host(options.BrokerUri);
        var user = new ConnectionFactory { Uri = options.BrokerUri }.UserName;
        bus.ConfigureSend(send => send.UseExecute(context => Sign(context, user)));
        bus.ConfigurePublish(publish => publish.UseExecute(context => Sign(context, user)));
        bus.ClearSerialization();
        bus.UseRawJsonSerializer(RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders, isDefault: true);
        bus.ConfigureJsonSerializerOptions(json =>
        {
            json.PropertyNamingPolicy = ContractJson.Options.PropertyNamingPolicy;
            json.DefaultIgnoreCondition = ContractJson.Options.DefaultIgnoreCondition;
            foreach (var converter in ContractJson.Options.Converters)
                json.Converters.Insert(0, converter);
            return json;
        });
        // A fault is answered as StepFailed or lies in the error queue; nobody subscribes to anything else.
        bus.Publish<Fault>(fault => fault.Exclude = true);
        bus.ReceiveEndpoint(Names.Node(options.Node), endpoint =>
        {
            endpoint.Durable = true;
            endpoint.SetQuorumQueue();
            endpoint.PrefetchCount = Prefetch;
            // Commands are sent to this node's exchange and to nobody else's.
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PublishFaults = false;
            endpoint.ConfigureReceive(receive => receive.UseFilter(new MessageTypeRequired()));
            endpoint.UseMessageRetry(retry => retry.Intervals(200, 1000, 3000));
            endpoint.ConfigureConsumers(context);
        });
    }
}
