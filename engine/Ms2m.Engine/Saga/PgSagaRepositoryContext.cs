using MassTransit;
using MassTransit.Context;
using MassTransit.Middleware;
using MassTransit.Saga;
using Ms2m.EventLog;
using Ms2m.EventLog.Documents;
using Npgsql;

namespace Ms2m.Engine.Saga;

/// <summary>One message and its saga. Writes go out with the commit; a conflict shows there, and the message is handled
/// again from the start.</summary>
internal sealed class PgSagaRepositoryContext<TSaga, TMessage>(
    PgSession session,
    ConsumeContext<TMessage> message,
    DocumentTable<TSaga, Guid> table,
    ISagaConsumeContextFactory<PgSession, TSaga> contexts)
    : ConsumeContextScope<TMessage>(message, session), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : class, ISaga
    where TMessage : class
{
    private readonly ConsumeContext<TMessage> _message = message;
    private Guid _version;
    private string _loaded = "";

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(
        ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class => contexts.CreateSagaConsumeContext(session, consumeContext, instance, mode);

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) =>
        CreateSagaConsumeContext(_message, instance, SagaConsumeContextMode.Add);

    public async Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance)
    {
        // Null sends the caller to Load, which finds the row of whoever was first.
        if (!await table.InsertAsync(session, instance, CancellationToken))
        {
            return null!;
        }

        return await Load(instance.CorrelationId);
    }

    public async Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        if (await table.LoadForUpdateAsync(session, correlationId, CancellationToken) is not { } stored)
        {
            return null!;
        }

        _version = stored.Version;
        _loaded = EventJson.Write(stored.Value, typeof(TSaga));
        return await CreateSagaConsumeContext(_message, stored.Value, SagaConsumeContextMode.Load);
    }

    public Task Save(SagaConsumeContext<TSaga> context)
    {
        table.DeferInsert(session, context.Saga);
        return Task.CompletedTask;
    }

    public Task Update(SagaConsumeContext<TSaga> context)
    {
        // Late and repeated messages are many and change nothing.
        if (EventJson.Write(context.Saga, typeof(TSaga)) != _loaded)
        {
            table.DeferUpdate(session, context.Saga, _version);
        }

        return Task.CompletedTask;
    }

    public Task Delete(SagaConsumeContext<TSaga> context)
    {
        table.DeferDelete(session, context.Saga.CorrelationId);
        return Task.CompletedTask;
    }

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context) => Task.CompletedTask;
}

/// <summary>A look at a saga from outside, without a lock.</summary>
internal sealed class PgLoadSagaRepositoryContext<TSaga>(
    NpgsqlDataSource store, DocumentTable<TSaga, Guid> table, CancellationToken token)
    : BasePipeContext(token), LoadSagaRepositoryContext<TSaga>
    where TSaga : class, ISaga
{
    public async Task<TSaga> Load(Guid correlationId) =>
        (await table.LoadAsync(store, correlationId, CancellationToken))?.Value!;
}
