using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Completed;

/// <summary>What is known of one command: that it came, what was answered, and whether it is done.</summary>
public sealed class JournalEntry
{
    /// <summary>The command's type.</summary>
    public required string Command { get; init; }

    /// <summary>The command, without its secrets.</summary>
    public required JsonElement Body { get; init; }

    /// <summary>When it came, by the node's clock.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How it came, for its answers to say; null in entries that were written before this was kept.</summary>
    public Arrival? Arrival { get; set; }

    public List<JournaledAnswer> Answers { get; init; } = [];

    public bool Finished { get; set; }
}

/// <param name="Type">The answer's type.</param>
/// <param name="Sent">Whether the broker has confirmed it.</param>
public sealed record JournaledAnswer(string Type, JsonElement Body, bool Sent)
{
    public static JournaledAnswer Of(IStepMessage answer) => new(
        answer.GetType().Name, JsonSerializer.SerializeToElement(answer, answer.GetType(), ContractJson.Options), false);

    /// <summary>Null when the type is no contract (any more).</summary>
    public IStepMessage? Read() =>
        typeof(IStepMessage).Assembly.GetType($"{typeof(IStepMessage).Namespace}.{Type}") is { } type
            ? Body.Deserialize(type, ContractJson.Options) as IStepMessage
            : null;
}
