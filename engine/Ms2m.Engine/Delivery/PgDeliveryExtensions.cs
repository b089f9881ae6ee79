using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Ms2m.EventLog;
using Npgsql;

namespace Ms2m.Engine.Delivery;

/// <summary>Registration of inbox, outbox and timers.</summary>
public static class PgDeliveryExtensions
{
    // A conflict is over at once. A store that is away may be away for minutes, and no message may end up in the error
    // queue for it; but a message must be answered within the broker's limit of half an hour.
    private static readonly TimeSpan[] _pauses =
    [
        TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80),
        TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500),
        .. Enumerable.Repeat(TimeSpan.FromSeconds(1), 20 * 60),
    ];

    /// <summary>Adds what sends stored messages. Call it after <c>AddMassTransit</c>: hosted services stop in reverse
    /// order, and these need a bus to finish what they have in hand.</summary>
    public static IServiceCollection AddPgDelivery(
        this IServiceCollection services, Action<PgDeliveryOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<PgDeliveryOptions>().Configure(configure ?? (_ => { }));
        services.TryAddSingleton<FaultPoints>();
        services.AddSingleton<StoredMessageSender>();
        services.AddSingleton<InFlight>();
        services.AddSingleton<TimerSignal>();
        services.AddScoped<IOutboxContextFactory<PgSession>, PgOutboxContextFactory>();
        services.AddSingleton<DeliveredOutbox>();
        services.AddHostedService(provider => provider.GetRequiredService<DeliveredOutbox>());
        services.AddHostedService<OutboxSweeper>();
        services.AddHostedService<TimerRelay>();
        return services;
    }

    /// <summary>Gives an endpoint its transaction per message. Call it before sagas and consumers are configured; the
    /// retry must be outside the transaction, so that every try starts on fresh data.</summary>
    public static void UsePgDelivery(this IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    {
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(IsWorthAnotherTry);
            retry.Intervals(_pauses);
        });
        var observer = new OutboxConsumePipeSpecificationObserver<PgSession>(endpoint, context);
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    // MassTransit wraps what a state machine throws.
    internal static bool IsWorthAnotherTry(Exception exception) => exception switch
    {
        ConflictException or DeliveryFailedException or NpgsqlException { IsTransient: true } => true,
        { InnerException: { } inner } => IsWorthAnotherTry(inner),
        _ => false,
    };
}
