using Microsoft.Extensions.Logging;
using Ms2m.Contracts;
using Ms2m.Engine.Measuring;
using Ms2m.Engine.Saga;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.EventLog;
using Ms2m.EventLog.Schema;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>The end of a migration whose log holds an event that this engine does not know.</summary>
public sealed class MeasuringWhatCannotBeRead : IAsyncLifetime
{
    private OwnDatabase _own = null!;

    public async Task InitializeAsync() => _own = await OwnDatabase.CreateAsync();

    public async Task DisposeAsync() => await _own.DisposeAsync();

    [Fact]
    public async Task one_migration_is_missing_and_the_engine_measures_the_next_one()
    {
        await using var store = Store.Open(_own.ConnectionString);
        await new SchemaInstaller(store, [], []).InstallAsync(default);
        var log = new Said();
        using var metrics = new EngineMetrics();
        using var measures = new MigrationMeasures(metrics, new ReadStream(store, new EventTypes()), TimeProvider.System, log);
        await measures.StartAsync(default);
        foreach (var id in new[] { Guid.CreateVersion7(), Guid.CreateVersion7() })
        {
            var rejected = new MigrationRejected(id, "orders", "node-b", new Failure("MS2M-1001", "No.", "Ask again."), null);
            await using var session = new PgSession(store);
            await session.BeginAsync(default);
            new AppendEvents(new EventTypes().Add<MigrationRejected>()).Defer(
                session, id, 0, [new EventToAppend(rejected, Guid.CreateVersion7())], new EventMetadata(DateTimeOffset.UtcNow));
            var saga = new MigrationSaga { CorrelationId = id, State = Migration.Evolve(Migration.Initial, rejected) };
            measures.Follow(session, saga, Migration.Initial, [rejected]);
            await session.CommitAsync(default);

            await Eventually.TrueAsync(() => Task.FromResult(log.Lines.Any(line => line.Contains($"{id}", StringComparison.Ordinal))), "it is said");
            Assert.False(measures.ExecuteTask!.IsCompleted);
        }

        await measures.StopAsync(default);
    }

    private sealed class Said : ILogger<MigrationMeasures>
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }
}
