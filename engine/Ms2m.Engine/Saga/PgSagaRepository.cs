using MassTransit;
using MassTransit.Saga;
using Ms2m.EventLog;
using Ms2m.EventLog.Documents;
using Npgsql;

namespace Ms2m.Engine.Saga;

/// <summary>Keeps sagas as documents, in the transaction of the message; outside of one, in a transaction of its own.
/// The row of a saga is locked while a message is handled, so all its messages take turns, whichever engine has them.</summary>
public sealed class PgSagaRepository<TSaga>(
    PgSession session,
    NpgsqlDataSource store,
    DocumentTable<TSaga, Guid> table,
    ISagaConsumeContextFactory<PgSession, TSaga> contexts)
    : ISagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : class, ISaga
{
    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next)
        where T : class
    {
        var saga = new PgSagaRepositoryContext<TSaga, T>(session, context, table, contexts);
        if (session.IsOpen)
        {
            await next.Send(saga);
            return;
        }

        try
        {
            await session.BeginAsync(context.CancellationToken);
            await next.Send(saga);
            await session.CommitAsync(context.CancellationToken);
        }
        finally
        {
            await session.RollbackAsync();
        }
    }

    /// <exception cref="NotSupportedException">Always: sagas are found by their id only.</exception>
    public Task SendQuery<T>(
        ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next)
        where T : class =>
        throw new NotSupportedException($"Correlate {typeof(T).Name} by id: sagas are not found by other properties.");

    public Task<T> Execute<T>(
        Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default)
        where T : class =>
        asyncMethod(new PgLoadSagaRepositoryContext<TSaga>(store, table, cancellationToken));

    public void Probe(ProbeContext context)
    {
        context.Add("persistence", "postgresql");
        context.Add("table", table.Name);
    }
}
