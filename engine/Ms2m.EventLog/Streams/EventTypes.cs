using System.Text.Json.Nodes;

namespace Ms2m.EventLog.Streams;

/// <summary>Brings an event from one schema version to the next, before it is read as a type.</summary>
/// <param name="data">The event as it was written; may be changed in place.</param>
public delegate JsonObject Upcaster(JsonObject data);

/// <summary>Which name an event has in the log. Given by hand, so that renaming a class cannot change history.
/// <para>An event whose shape changes gets a new schema version: its name in the log is then followed by <c>_v2</c>,
/// <c>_v3</c>, …, as Marten has it, and an upcaster for each earlier version reads what was written before.</para></summary>
public sealed class EventTypes
{
    private readonly Dictionary<Type, Registration> _byType = [];
    private readonly Dictionary<string, (Registration Event, int Version)> _byAlias = new(StringComparer.Ordinal);

    /// <summary>Registers one event.</summary>
    /// <param name="alias">Absent: the name Marten would give it.</param>
    /// <param name="upcasters">From version 1 to 2, from 2 to 3, …: the type's schema version is one more than there are.</param>
    /// <exception cref="ArgumentException">The type or the alias is registered already.</exception>
    public EventTypes Add<TEvent>(string? alias = null, params IReadOnlyList<Upcaster> upcasters)
        where TEvent : class => Add(typeof(TEvent), alias, upcasters);

    /// <inheritdoc cref="Add{TEvent}"/>
    public EventTypes Add(Type type, string? alias = null, params IReadOnlyList<Upcaster> upcasters)
    {
        alias ??= EventAlias.Of(type);
        var registration = new Registration(type, alias, upcasters);
        for (var version = 1; version <= registration.Version; version++)
        {
            if (!_byAlias.TryAdd(InLog(alias, version), (registration, version)))
            {
                throw new ArgumentException($"The alias '{alias}' belongs to {_byAlias[InLog(alias, version)].Event.Type}.", nameof(alias));
            }
        }

        if (!_byType.TryAdd(type, registration))
        {
            throw new ArgumentException($"{type} is registered as '{_byType[type].Alias}'.", nameof(type));
        }

        return this;
    }

    /// <summary>The name under which events of this type are appended.</summary>
    /// <exception cref="UnknownEventException">The type is not registered.</exception>
    public string AliasOf(Type type) =>
        _byType.TryGetValue(type, out var one) ? InLog(one.Alias, one.Version) : throw new UnknownEventException(type.ToString());

    /// <exception cref="UnknownEventException">No type has this alias.</exception>
    public Type TypeOf(string alias) => Find(alias).Event.Type;

    /// <summary>Reads an event of any schema version as its type.</summary>
    /// <param name="alias">As it stands in the log.</param>
    /// <returns>The event, its name without the version, and the version it was written in.</returns>
    /// <exception cref="UnknownEventException">No type has this alias.</exception>
    /// <exception cref="System.Text.Json.JsonException">The text is not of this type.</exception>
    public (object Data, string Alias, int SchemaVersion) Read(string alias, string json)
    {
        var (one, version) = Find(alias);
        return (EventJson.Read(one.Upcast(json, version), one.Type), one.Alias, version);
    }

    /// <summary>What Marten writes into mt_dotnet_type of an event: no version, so that an upgrade changes nothing.</summary>
    public static string DotnetName(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    private (Registration Event, int Version) Find(string alias) =>
        _byAlias.TryGetValue(alias, out var found) ? found : throw new UnknownEventException(alias);

    private static string InLog(string alias, int version) => version == 1 ? alias : $"{alias}_v{version}";

    private sealed record Registration(Type Type, string Alias, IReadOnlyList<Upcaster> Upcasters)
    {
        public int Version => Upcasters.Count + 1;

        public string Upcast(string json, int from) => from == Version
            ? json
            : Upcasters.Skip(from - 1).Aggregate(JsonNode.Parse(json)!.AsObject(), (data, next) => next(data)).ToJsonString();
    }
}

/// <summary>An event that nobody registered: a newer engine wrote the log, or a registration is missing.</summary>
public sealed class UnknownEventException(string name)
    : Exception($"The event '{name}' is not registered. Add it to EventTypes, or run the engine that wrote it.")
{
    /// <summary>Its name in the log.</summary>
    public string Name { get; } = name;
}
