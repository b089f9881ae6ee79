using System.Collections.Immutable;

namespace Ms2m.Migrations;

/// <summary>Who of the waiting may start. First come, first served, except that
/// <list type="bullet">
/// <item>a priority counts as having come earlier, by <see cref="Patience"/> for each level: so it is never overtaken by
/// all that come later, and the order of two that wait never changes;</item>
/// <item>whoever waits for a full node lets those behind pass, if their nodes have room;</item>
/// <item>until it has waited for <see cref="Patience"/>: from then on the next free slots of its two nodes are kept for
/// it. Otherwise it could wait for ever, when now the one node is full and now the other.</item>
/// </list></summary>
public static class Admission
{
    /// <summary>A migration takes seconds: whoever has waited this long has been passed by often enough.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The waiting, the next one first.</summary>
    public static ImmutableArray<Place> Order(IEnumerable<Place> waiting) =>
    [
        .. waiting.OrderBy(place => place.Since - (place.Priority * Patience))
            .ThenBy(place => place.Since)
            .ThenBy(place => place.MigrationId),
    ];

    /// <summary>Those of the waiting that may start now, all of them together.</summary>
    public static ImmutableArray<Place> MayStart(Line line, DateTimeOffset now)
    {
        var slots = new Slots(line);
        return [.. Order(line.Waiting).Where(place => slots.TryTake(place, now))];
    }

    /// <summary>Whether one of the waiting may start now.</summary>
    public static bool MayStart(Line line, Guid migration, DateTimeOffset now) =>
        MayStart(line, now).Any(place => place.MigrationId == migration);

    /// <summary>Where each of the waiting stands and what it waits for.</summary>
    public static ImmutableDictionary<Guid, QueuePlace> Queue(Line line, DateTimeOffset now)
    {
        var slots = new Slots(line);
        var order = Order(line.Waiting);
        var queue = ImmutableDictionary.CreateBuilder<Guid, QueuePlace>();
        foreach (var place in order)
        {
            queue[place.MigrationId] = new QueuePlace(
                queue.Count + 1, order.Length, slots.Obstacle(place) ?? "the engine, which is about to start it");
            slots.TryTake(place, now);
        }

        return queue.ToImmutable();
    }
}

/// <summary>A place in the queue, for people and scripts.</summary>
/// <param name="Position">1 is next.</param>
/// <param name="Of">How many wait.</param>
/// <param name="WaitsFor">What keeps it from starting.</param>
public sealed record QueuePlace(int Position, int Of, string WaitsFor);
