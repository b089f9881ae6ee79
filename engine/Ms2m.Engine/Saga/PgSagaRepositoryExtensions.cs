using MassTransit;
using MassTransit.Configuration;
using MassTransit.Saga;
using Ms2m.EventLog;

namespace Ms2m.Engine.Saga;

/// <summary>Registration of the saga repository.</summary>
public static class PgSagaRepositoryExtensions
{
    /// <summary>Stores the saga in its declared table, a <c>DocumentTable&lt;TSaga, Guid&gt;</c>.</summary>
    public static ISagaRegistrationConfigurator<TSaga> PgRepository<TSaga>(
        this ISagaRegistrationConfigurator<TSaga> saga)
        where TSaga : class, ISaga =>
        saga.Repository(repository =>
        {
            repository.RegisterLoadSagaRepository<TSaga, PgSagaRepository<TSaga>>();
            repository.RegisterSagaRepository<
                TSaga, PgSession, SagaConsumeContextFactory<PgSession, TSaga>, PgSagaRepository<TSaga>>();
        });
}
