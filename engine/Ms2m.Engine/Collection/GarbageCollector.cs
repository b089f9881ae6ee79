using System.Collections.Immutable;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Broker;
using Ms2m.Engine.Hosting;
using Ms2m.Migrations;

namespace Ms2m.Engine.Collection;

/// <summary>Removes what dead migrations have left: now and then by itself, and when asked. Every removal may be repeated;
/// several engines may collect at once.</summary>
internal sealed partial class GarbageCollector(
    RemainsReader remains, BrokerConnection broker, IInstanceAccess access, IBus bus, EngineOptions options, TimeProvider time,
    ILogger<GarbageCollector> logger) : NowAndThen(options.CollectEvery, atOnce: false, time)
{
    /// <summary>Removes what may go and tells what it found. Nodes remove in their own time.</summary>
    public async Task<ImmutableArray<Garbage>> CollectAsync(CancellationToken token)
    {
        var found = await remains.LookAsync(token);
        // A new number each time, or a node would answer as it did the last time.
        var attempt = (int)(Time.GetUtcNow().ToUnixTimeSeconds() / 5);
        foreach (var garbage in found.Where(one => one.Removable))
        {
            LogRemoving(garbage.Kind, garbage.Name, garbage.Place, garbage.Why);
            await RemoveAsync(garbage, attempt, token);
        }

        return found;
    }

    protected override Task OnceAsync(CancellationToken token) => CollectAsync(token);

    private async Task RemoveAsync(Garbage garbage, int attempt, CancellationToken token)
    {
        if (garbage.Kind == "queue")
        {
            await using var channel = await broker.ChannelAsync(token);
            await channel.QueueDeleteAsync(garbage.Name, ifUnused: false, ifEmpty: false, cancellationToken: token);
            return;
        }

        if (garbage.Kind == "user")
        {
            await access.RevokeAsync(garbage.Name, token);
            return;
        }

        var node = await bus.GetSendEndpoint(new Uri($"exchange:{Names.Node(garbage.Place)}"));
        if (garbage.Kind == "container")
        {
            await node.Send(
                new RemoveInstance(garbage.MigrationId, StepNames.CollectGarbage, attempt, garbage.Name), token);
        }
        else
        {
            await node.Send(new DiscardCheckpoint(garbage.MigrationId, StepNames.CollectGarbage, attempt), token);
        }
    }

    [LoggerMessage(1501, LogLevel.Warning, "Removing {Kind} {Name} at {Place}: {Why}")]
    private partial void LogRemoving(string kind, string name, string place, string why);

    [LoggerMessage(1502, LogLevel.Warning, "Collecting what migrations have left behind failed; it will be tried again")]
    protected override partial void Failed(Exception failure);
}
