using MassTransit;
using Ms2m.Contracts;
using Ms2m.EventLog;
using Ms2m.EventLog.Streams;

namespace Ms2m.Engine.Tests.Delivery.Lab;

public sealed record Tell(Guid ParcelId, string What);

public sealed record TellOften(Guid ParcelId, int Times);

/// <summary>Changes nothing.</summary>
public sealed record Glance(Guid ParcelId);

public sealed record Remind(Guid ParcelId, double AfterMs);

public sealed record Reminded(Guid ParcelId);

/// <summary>What the saga sends.</summary>
public sealed record Told(Guid ParcelId, string What, int Count);

/// <summary>What the saga's log gets.</summary>
public sealed record Counted(int Count);

public sealed class Parcel : SagaStateMachineInstance
{
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public int Count { get; set; }

    public Guid? ReminderToken { get; set; }
}

/// <summary>A saga that counts its messages, logs each count, and tells an exchange about it.</summary>
public sealed class ParcelMachine : MassTransitStateMachine<Parcel>
{
    public const string Out = "told";
    public const string Control = "control";

    public ParcelMachine()
    {
        InstanceState(parcel => parcel.CurrentState);
        Event(() => Tell, e => e.CorrelateById(context => context.Message.ParcelId));
        Event(() => TellOften, e => e.CorrelateById(context => context.Message.ParcelId));
        Event(() => Glance, e => e.CorrelateById(context => context.Message.ParcelId));
        Event(() => Remind, e => e.CorrelateById(context => context.Message.ParcelId));
        Schedule(() => Reminder, parcel => parcel.ReminderToken, schedule =>
            schedule.Received = e => e.CorrelateById(context => context.Message.ParcelId));
        Initially(
            When(Tell).ThenAsync(CountAsync).TransitionTo(Open),
            When(TellOften).ThenAsync(TellOftenAsync).TransitionTo(Open),
            When(Remind).Schedule(Reminder, c => new Reminded(c.Saga.CorrelationId), After).TransitionTo(Open));
        During(
            Open,
            When(Tell).ThenAsync(CountAsync),
            When(TellOften).ThenAsync(TellOftenAsync),
            When(Remind).Schedule(Reminder, c => new Reminded(c.Saga.CorrelationId), After),
            When(Glance).ThenAsync(context => SendAsync(context, $"exchange:{Out}", "glanced", _ => { })),
            When(Reminder.Received).ThenAsync(context => CountAsync(context, "reminded")));
    }

    /// <summary>A test makes the handler fail here, after its sends.</summary>
    public static Func<string, Exception?> Failure { get; set; } = _ => null;

    public State Open { get; } = null!;

    public Event<Tell> Tell { get; } = null!;

    public Event<TellOften> TellOften { get; } = null!;

    public Event<Glance> Glance { get; } = null!;

    public Event<Remind> Remind { get; } = null!;

    public Schedule<Parcel, Reminded> Reminder { get; } = null!;

    private static TimeSpan After(BehaviorContext<Parcel, Remind> context) =>
        TimeSpan.FromMilliseconds(context.Message.AfterMs);

    private static Task CountAsync(BehaviorContext<Parcel, Tell> context) => CountAsync(context, context.Message.What);

    private static async Task TellOftenAsync(BehaviorContext<Parcel, TellOften> context)
    {
        for (var time = 0; time < context.Message.Times; time++)
        {
            await CountAsync(context, "often");
        }
    }

    private static async Task CountAsync(BehaviorContext<Parcel> context, string what)
    {
        var before = context.Saga.Count++;
        context.GetServiceOrCreateInstance<AppendEvents>().Defer(
            context.GetPayload<PgSession>(), context.Saga.CorrelationId, before,
            [new EventToAppend(new Counted(context.Saga.Count), Guid.NewGuid())],
            new EventMetadata(DateTimeOffset.UtcNow));
        if (what.StartsWith("node ", StringComparison.Ordinal))
        {
            await SendAsync(context, $"exchange:{Names.Node(what[5..])}", what, _ => { });
        }

        await SendAsync(context, $"exchange:{Out}", what, _ => { });
        await SendAsync(context, $"exchange:{Control}?type=direct", what, send => send.SetRoutingKey("instance-1"));
        if (Failure(what) is { } failure)
        {
            throw failure;
        }
    }

    private static async Task SendAsync(
        BehaviorContext<Parcel> context, string address, string what, Action<SendContext> configure)
    {
        var endpoint = await context.GetSendEndpoint(new Uri(address));
        await endpoint.Send(new Told(context.Saga.CorrelationId, what, context.Saga.Count), Pipe.Execute<SendContext>(send =>
        {
            send.Headers.Set("x-text", "a text");
            send.Headers.Set("x-number", 5);
            send.Headers.Set("x-flag", true);
            configure(send);
        }), context.CancellationToken);
    }
}
