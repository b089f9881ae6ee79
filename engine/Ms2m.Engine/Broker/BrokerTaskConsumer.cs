using System.Diagnostics;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Saga;
using Ms2m.EventLog;
using Ms2m.EventLog.Documents;
using Ms2m.Migrations;
using RabbitMQ.Client;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Broker;

/// <summary>The engine's own steps on the broker. Each may run twice: declaring, binding and deleting are idempotent,
/// and a second fence says nothing new. What makes something runs only while the migration wants it, and holds the
/// migration's row meanwhile: nobody can decide to clean up before it is done.</summary>
public sealed partial class BrokerTaskConsumer(
    BrokerConnection broker, ManagementApi management, IInstanceAccess access, PgSession session,
    DocumentTable<MigrationSaga, Guid> sagas, TimeProvider time, ILogger<BrokerTaskConsumer> logger)
    : IConsumer<GrantAccess>, IConsumer<RevokeShadow>, IConsumer<OpenReplay>, IConsumer<SendFence>,
        IConsumer<RevokeSource>, IConsumer<CloseReplay>
{
    /// <summary>R and J vanish by themselves when a dead system has left them unused for this long.</summary>
    private const int LeakGuardMs = 600_000;

    /// <summary>Exchanges that give every bound queue its own copy.</summary>
    private static readonly string[] _copying = ["direct", "fanout", "topic", "headers"];

    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    public Task Consume(ConsumeContext<GrantAccess> context) => RunIfWantedAsync(context, async (_, token) =>
    {
        var grant = context.Message;
        await Task.WhenAll(
            access.GrantAsync(
                new(grant.SourceInstance, grant.SourceNode, grant.Spec, Writes: grant.MigrationId), token),
            access.GrantAsync(
                new(grant.ShadowInstance, grant.ShadowNode, grant.Spec, Follows: grant.MigrationId), token));
        return new AccessGranted(grant.MigrationId, grant.Step, grant.Attempt);
    });

    public Task Consume(ConsumeContext<RevokeShadow> context) => RunAsync(context, async (_, token) =>
    {
        var revoke = context.Message;
        await access.RevokeAsync(revoke.InstanceId, token);
        return new ShadowRevoked(revoke.MigrationId, revoke.Step, revoke.Attempt);
    });

    public Task Consume(ConsumeContext<OpenReplay> context) => RunIfWantedAsync(context, async (channel, token) =>
    {
        var open = context.Message;
        var replay = Names.ReplayQueue(open.MigrationId);
        var bindings = open.Unbound ? [] : await management.BindingsOfAsync(open.Queue, token);
        foreach (var source in bindings.Select(binding => binding.Source).Distinct(StringComparer.Ordinal))
        {
            // Other types pick one queue among those bound: R would take messages away from Q.
            if (await management.TypeOfAsync(source, token) is var type && !_copying.Contains(type))
            {
                return new StepFailed(
                    open.MigrationId, open.Step, open.Attempt, Names.Engine, BrokerFailures.Picks(source, type), Retryable: false);
            }
        }

        await channel.QueueDeclareAsync(
            replay, durable: true, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-expires"] = LeakGuardMs }, cancellationToken: token);
        foreach (var binding in bindings)
        {
            await channel.QueueBindAsync(
                replay, binding.Source, binding.RoutingKey, binding.AmqpArguments, cancellationToken: token);
        }

        return new ReplayOpened(open.MigrationId, open.Step, open.Attempt, bindings.Count);
    });

    public Task Consume(ConsumeContext<SendFence> context) => RunIfWantedAsync(context, async (channel, token) =>
    {
        var fence = context.Message;
        var properties = new BasicProperties
        {
            Persistent = true,
            MessageId = $"fence-{fence.MigrationId:N}",
            // A fence that nobody has met by then is of no use to anybody.
            Expiration = "3600000",
            Headers = new Dictionary<string, object?>
            {
                [Headers.Fence] = fence.MigrationId.ToString(),
                [Headers.FenceInstance] = fence.InstanceId,
            },
        };
        await channel.BasicPublishAsync("", fence.Queue, mandatory: true, properties, ReadOnlyMemory<byte>.Empty, token);
        return new FenceSent(fence.MigrationId, fence.Step, fence.Attempt);
    });

    public Task Consume(ConsumeContext<RevokeSource> context) => RunIfWantedAsync(context, async (_, token) =>
    {
        var revoke = context.Message;
        await access.RevokeAsync(revoke.InstanceId, token);
        return new SourceRevoked(revoke.MigrationId, revoke.Step, revoke.Attempt);
    });

    public Task Consume(ConsumeContext<CloseReplay> context) => RunAsync(context, async (channel, token) =>
    {
        var close = context.Message;
        await channel.QueueDeleteAsync(Names.ReplayQueue(close.MigrationId), cancellationToken: token);
        await channel.QueueDeleteAsync(Names.JournalQueue(close.MigrationId), cancellationToken: token);
        await channel.QueueDeleteAsync(Names.ControlQueue(close.InstanceId), cancellationToken: token);
        return new ReplayClosed(close.MigrationId, close.Step, close.Attempt);
    });

    private async Task RunIfWantedAsync<T>(
        ConsumeContext<T> context, Func<IChannel, CancellationToken, Task<IStepMessage>> work)
        where T : class, IStepMessage
    {
        var task = context.Message;
        await session.BeginAsync(context.CancellationToken);
        try
        {
            var saga = await sagas.LoadForUpdateAsync(session, task.MigrationId, context.CancellationToken);
            if (saga is null || !Migration.Wants(saga.Value.State, task))
            {
                LogNotWanted(task.Step, task.Attempt, task.MigrationId);
                return;
            }

            await RunAsync(context, work);
        }
        finally
        {
            await session.RollbackAsync();
        }
    }

    private async Task RunAsync<T>(
        ConsumeContext<T> context, Func<IChannel, CancellationToken, Task<IStepMessage>> work)
        where T : class, IStepMessage
    {
        var task = context.Message;
        using var span = EngineTraces.Working(task, context.TraceParent());
        var arrival = ArrivalOf(context, span?.Id);
        object answer;
        try
        {
            await using var channel = await broker.ChannelAsync(context.CancellationToken);
            answer = await work(channel, context.CancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(task.Step, task.MigrationId, failure);
            span?.SetStatus(ActivityStatusCode.Error, failure.GetType().Name);
            answer = new StepFailed(task.MigrationId, task.Step, task.Attempt, Names.Engine, BrokerFailures.Of(failure), true);
        }

        var endpoint = await context.GetSendEndpoint(_migrations);
        await endpoint.Send(answer, answer.GetType(), Pipe.Execute<SendContext>(send => Arrival.Stamp(
            (name, value) => send.Headers.Set(name, value, overwrite: true), arrival, time.GetUtcNow())), context.CancellationToken);
    }

    private Arrival ArrivalOf(ConsumeContext context, string? span) => Arrival.Of(
        context.ReceiveContext.TransportHeaders.TryGetHeader(Headers.Sent, out var sent) ? sent : null,
        span ?? context.TraceParent(),
        time.GetUtcNow() - context.ReceiveContext.ElapsedTime);

    [LoggerMessage(1102, LogLevel.Information,
        "Step {Step}, attempt {Attempt}, of migration {MigrationId} is not wanted any more")]
    private partial void LogNotWanted(string step, int attempt, Guid migrationId);

    [LoggerMessage(1101, LogLevel.Warning, "Step {Step} of migration {MigrationId} failed on the broker")]
    private partial void LogFailed(string step, Guid migrationId, Exception failure);
}
