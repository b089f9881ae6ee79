using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Ms2m.EventLog.Documents;
using Ms2m.EventLog.Projections;
using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Streams;

namespace Ms2m.EventLog.Hosting;

/// <summary>Registration of the event log.</summary>
public static class EventLogExtensions
{
    /// <summary>Adds the store, the scoped <see cref="PgSession"/>, the statements and the listener for appended events.
    /// The schema is installed by calling <see cref="SchemaInstaller.InstallAsync"/> before the host starts.</summary>
    /// <param name="connectionString">In Npgsql's form. Its pool must be at least as large as the number of messages
    /// handled at once plus five: a message keeps one connection.</param>
    /// <param name="events">Every event the log may hold.</param>
    public static IServiceCollection AddEventLog(
        this IServiceCollection services, string connectionString, Action<EventTypes> events)
    {
        var types = new EventTypes();
        events(types);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(types);
        services.AddSingleton(_ => Store.Open(connectionString));
        services.AddScoped<PgSession>();
        services.AddSingleton<AppendEvents>();
        services.AddSingleton<ReadStream>();
        services.AddSingleton<ReadAll>();
        services.AddSingleton<FollowEvents>();
        services.AddSingleton<SchemaInstaller>();
        services.AddSingleton<Projector>();
        services.AddSingleton<AppendedListener>();
        services.AddHostedService(provider => provider.GetRequiredService<AppendedListener>());
        return services;
    }

    /// <summary>Declares a table of documents; <see cref="DocumentTable{TDocument, TId}"/> can then be injected.</summary>
    public static IServiceCollection AddDocuments<TDocument, TId>(
        this IServiceCollection services, DocumentTable<TDocument, TId> table)
        where TDocument : class
        where TId : notnull
    {
        services.AddSingleton(table);
        services.AddSingleton<DocumentTable>(table);
        return services;
    }
}
