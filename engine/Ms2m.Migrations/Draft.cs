using System.Collections.Immutable;
using Ms2m.Contracts;

namespace Ms2m.Migrations;

/// <summary>A decision in the making: every event recorded is folded at once, so that the next question is asked of the
/// state that will be stored.</summary>
internal sealed class Draft(MigrationState state, DateTimeOffset now)
{
    private readonly ImmutableArray<IMigrationMessage>.Builder _events = ImmutableArray.CreateBuilder<IMigrationMessage>();
    private readonly ImmutableArray<Outgoing>.Builder _messages = ImmutableArray.CreateBuilder<Outgoing>();

    public MigrationState State { get; private set; } = state;

    public DateTimeOffset Now => now;

    public void Record(IMigrationMessage @event)
    {
        _events.Add(@event);
        State = Migration.Evolve(State, @event);
    }

    public void Send(Outgoing message) => _messages.Add(message);

    public Decision Decision => _events.Count == 0 && _messages.Count == 0
        ? Decision.Nothing
        : new(_events.ToImmutable(), _messages.ToImmutable());
}
