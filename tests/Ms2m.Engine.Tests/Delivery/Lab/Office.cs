using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Ms2m.Engine.Delivery;
using Ms2m.Engine.Saga;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Hosting;

namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>A store and a broker of their own, on which hosts can be started and stopped.</summary>
public sealed class Office : IAsyncLifetime
{
    public const string Queue = "parcel";

    private static readonly DocumentTable<Parcel, Guid> _parcels = new(parcel => parcel.CorrelationId);
    private VirtualHost _host = null!;

    internal Database Database { get; private set; } = null!;

    internal Wire Wire { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _host = await VirtualHost.CreateAsync();
        Database = await Database.CreateAsync(_parcels);
        Wire = await Wire.ConnectAsync(_host);
    }

    public async Task DisposeAsync()
    {
        await Wire.DisposeAsync();
        await Database.DisposeAsync();
        await _host.DisposeAsync();
    }

    /// <summary>An engine's delivery around the parcel saga, started. Disposing it stops it in good order.</summary>
    internal async Task<IHost> OpenAsync(
        FaultPoints? faults = null, TimeProvider? time = null, Action<PgDeliveryOptions>? delivery = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton(faults ?? new FaultPoints());
        builder.Services.AddEventLog(Database.ConnectionString, events => events.Add<Counted>());
        builder.Services.AddDocuments(_parcels);
        builder.Services.AddOptions<MassTransitHostOptions>().Configure(host => host.WaitUntilStarted = true);
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.AddSagaStateMachine<ParcelMachine, Parcel>().Endpoint(e => e.Name = Queue).PgRepository();
            bus.UsingRabbitMq((context, rabbit) =>
            {
                var (address, user, password) = _host.Credentials;
                rabbit.Host(address, host =>
                {
                    host.Username(user);
                    host.Password(password);
                });
                rabbit.UseRawJsonSerializer(RawSerializerOptions.Default, isDefault: true);
                rabbit.UseDelayedMessageScheduler();
                rabbit.ReceiveEndpoint(Queue, endpoint =>
                {
                    endpoint.SetQuorumQueue();
                    endpoint.UsePgDelivery(context);
                    endpoint.ConfigureSaga<Parcel>(context);
                });
            });
        });
        builder.Services.AddPgDelivery(delivery);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    internal static async Task CloseAsync(IHost host)
    {
        await host.StopAsync();
        host.Dispose();
    }

    internal Task TellAsync(Guid parcel, string what, Guid? messageId = null) => Wire.PublishAsync(
        Queue, typeof(Tell), $$"""{"parcelId":"{{parcel}}","what":"{{what}}"}""", messageId ?? Guid.NewGuid());
}
