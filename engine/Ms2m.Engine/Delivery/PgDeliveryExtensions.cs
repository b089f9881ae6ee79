using MassTransit;
using MassTransit.Configuration;
using MassTransit.Middleware;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Ms2m.Engine.Measuring;
using Ms2m.EventLog;
using Npgsql;

namespace Ms2m.Engine.Delivery;

/// <summary>Registration of inbox, outbox and timers.</summary>
public static class PgDeliveryExtensions
{
    // Over at once, or else a bug that waiting does not cure.
    private static readonly TimeSpan[] _shortly =
    [
        TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80),
        TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500),
    ];

    // The store may be away for minutes, and no message may end up in the error queue for it; but a message must be
    // answered within the broker's limit of half an hour.
    private static readonly TimeSpan[] _whileTheStoreIsAway =
        [.. _shortly, .. Enumerable.Repeat(TimeSpan.FromSeconds(1), 20 * 60)];

    /// <summary>Adds what sends stored messages. Call it after <c>AddMassTransit</c>: hosted services stop in reverse
    /// order, and these need a bus to finish what they have in hand.</summary>
    public static IServiceCollection AddPgDelivery(
        this IServiceCollection services, Action<PgDeliveryOptions>? configure = null)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<PgDeliveryOptions>().Configure(configure ?? (_ => { }));
        services.TryAddSingleton<FaultPoints>();
        services.TryAddSingleton<EngineMetrics>();
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
            retry.Handle<Exception>(Has<NpgsqlException>(store => store.IsTransient));
            retry.Intervals(_whileTheStoreIsAway);
        });
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(Has<Exception>(one => one is ConflictException or DeliveryFailedException));
            retry.Intervals(_shortly);
        });
        var observer = new OutboxConsumePipeSpecificationObserver<PgSession>(endpoint, context);
        endpoint.ConnectConsumerConfigurationObserver(observer);
        endpoint.ConnectSagaConfigurationObserver(observer);
    }

    // MassTransit wraps what a state machine throws.
    private static Func<Exception, bool> Has<TCause>(Func<TCause, bool> matches)
        where TCause : Exception => exception =>
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is TCause one && matches(one))
            {
                return true;
            }
        }

        return false;
    };
}
