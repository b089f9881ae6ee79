namespace Ms2m.EventLog.Streams;

/// <summary>Which name an event has in the log. Given by hand, so that renaming a class cannot change history.</summary>
public sealed class EventTypes
{
    private readonly Dictionary<Type, string> _aliases = [];
    private readonly Dictionary<string, Type> _types = new(StringComparer.Ordinal);

    /// <summary>Registers one event.</summary>
    /// <param name="alias">Absent: the name Marten would give it.</param>
    /// <exception cref="ArgumentException">The type or the alias is registered already.</exception>
    public EventTypes Add<TEvent>(string? alias = null)
        where TEvent : class => Add(typeof(TEvent), alias);

    /// <inheritdoc cref="Add{TEvent}"/>
    public EventTypes Add(Type type, string? alias = null)
    {
        alias ??= EventAlias.Of(type);
        if (!_types.TryAdd(alias, type))
        {
            throw new ArgumentException($"The alias '{alias}' belongs to {_types[alias]}.", nameof(alias));
        }

        if (!_aliases.TryAdd(type, alias))
        {
            throw new ArgumentException($"{type} is registered as '{_aliases[type]}'.", nameof(type));
        }

        return this;
    }

    /// <exception cref="UnknownEventException">The type is not registered.</exception>
    public string AliasOf(Type type) =>
        _aliases.TryGetValue(type, out var alias) ? alias : throw new UnknownEventException(type.ToString());

    /// <exception cref="UnknownEventException">No type has this alias.</exception>
    public Type TypeOf(string alias) =>
        _types.TryGetValue(alias, out var type) ? type : throw new UnknownEventException(alias);

    /// <summary>What Marten writes into mt_dotnet_type of an event: no version, so that an upgrade changes nothing.</summary>
    internal static string DotnetName(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}

/// <summary>An event that nobody registered: a newer engine wrote the log, or a registration is missing.</summary>
public sealed class UnknownEventException(string name)
    : Exception($"The event '{name}' is not registered. Add it to EventTypes, or run the engine that wrote it.");
