using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>What follows from one input: facts to store and messages to send once they are stored.</summary>
public sealed record Decision(IReadOnlyList<IMigrationMessage> Events, IReadOnlyList<Outgoing> Messages)
{
    /// <summary>The input changes nothing: it is late, repeated, or about something else.</summary>
    public static Decision Nothing { get; } = new([], []);
}

/// <summary>A message and who gets it. The shell knows how.</summary>
public abstract record Outgoing(IMigrationMessage Message)
{
    /// <summary>To the worker of a node.</summary>
    public sealed record ToNode(string Node, IMigrationMessage Message) : Outgoing(Message);

    /// <summary>To a workload instance.</summary>
    public sealed record ToInstance(string InstanceId, IMigrationMessage Message) : Outgoing(Message);

    /// <summary>To the engine's own hands on the broker, after a delay.</summary>
    public sealed record ToBroker(IMigrationMessage Message, TimeSpan Delay) : Outgoing(Message);

    /// <summary>To the engine's own hands in Kubernetes.</summary>
    public sealed record ToCluster(IMigrationMessage Message) : Outgoing(Message);

    /// <summary>Back to this migration at a time; survives restarts.</summary>
    public sealed record AtTime(IMigrationMessage Message, DateTimeOffset DueAt) : Outgoing(Message);
}
