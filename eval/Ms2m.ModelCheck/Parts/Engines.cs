using System.Globalization;
using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Migrations;
using Ms2m.ModelCheck.Mutants;

namespace Ms2m.ModelCheck.Parts;

/// <summary>All engine states met so far, each once, and what each input leads to: decided by the real core.</summary>
internal sealed class Engines(Numbers<IMigrationMessage> messages, Mutant mutant, SilenceAction onSilence)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly WorkloadSpec Spec = new("w", "image", "Q", new Dictionary<string, string>());
    private readonly Numbers<string> seen = new(StringComparer.Ordinal);
    private readonly List<Engine> all = [];
    private readonly Dictionary<(int Engine, int Message, int How), EngineStep> steps = [];
    private readonly Dictionary<(int Engine, int Command), bool> wanted = [];

    public int Count => all.Count;

    public Engine this[int number] => all[number];

    public int Start() => Keep(new Engine(Migration.Initial, [], 0));

    public EngineStep Ask(int engine, int migration)
    {
        var id = Inside.Migration(migration);
        var active = new InstanceReported(World.SourceId, Spec, InstanceRole.Active, 1, "running", 1 << 20, null);
        return Cached(engine, -1 - migration, () => Decide(
            new Engine(Migration.Initial, [], migration),
            new Asked(
                new StartMigration(id, "w", "b", Policy: new CutoverPolicy(OnSourceSilent: onSilence)),
                [Node("a", active), Node("b")], id, Migrations.Line.Empty)));
    }

    /// <summary>The engine hears a message, or a timer of its own.</summary>
    public EngineStep Hear(int engine, int message) => Cached(engine, message, () => Decide(all[engine], messages[message]));

    /// <summary>A deadline passes; the engine looks whether the source's node still reports where that matters.</summary>
    public EngineStep TimeOut(int engine, int timer, bool sourceNodeDown) => Cached(engine, timer, sourceNodeDown ? 1 : 2, () =>
    {
        var overdue = (StepOverdue)messages[timer];
        return Decide(all[engine], Migration.NeedsTheNodes(all[engine].State, overdue, out _)
            ? new Overdue(overdue, sourceNodeDown) : overdue);
    });

    /// <summary>Two reports that make the cutover due: when it is due depends on times that the model does not have, so it
    /// may be at any moment.</summary>
    public EngineStep HearProgress(int engine) => Cached(engine, -10, () =>
    {
        var (id, shadow) = (Inside.Migration(all[engine].Migration), Inside.Shadow(all[engine].Migration));
        var first = Decide(all[engine], new ReplayProgressed(id, shadow, 0, 0, 1, 1));
        var second = Decide(all[first.Next], new ReplayProgressed(id, shadow, 0, 0, 1, 2));
        return second with { Sent = [.. first.Sent, .. second.Sent] };
    });

    public bool Wants(int engine, int command)
    {
        if (!wanted.TryGetValue((engine, command), out var wants))
        {
            wants = Migration.Wants(all[engine].State, (IStepMessage)messages[command]);
            wanted.Add((engine, command), wants);
        }
        return wants;
    }

    private EngineStep Decide(Engine now, IMigrationMessage input)
    {
        var decision = Migration.Decide(now.State, input, Now);
        var state = decision.Events.Aggregate(now.State, Migration.Evolve);
        var timers = now.Timers.Concat(decision.Messages.OfType<Outgoing.AtTime>().Select(timer => messages.Of(timer.Message)))
            .Distinct()
            .Where(timer => Migration.Decide(state, messages[timer], Now) != Decision.Nothing)
            .Order()
            .ToList();
        var after = new Engine(state, timers, now.Migration);
        var shadow = Inside.Shadow(now.Migration);
        var sent = new List<(Addressee, int)>();
        foreach (var message in decision.Messages.Where(message => message is not Outgoing.AtTime))
        {
            if (mutant.Pretended(message.Message) is { } answer)
            {
                var told = Decide(after, answer);
                sent.AddRange(told.Sent);
                after = all[told.Next];
                continue;
            }
            foreach (var each in mutant.Sent(message.Message, shadow))
            {
                sent.Add((To(message, each), messages.Of(each)));
            }
        }
        return new EngineStep(Keep(after), sent);
    }

    private static Addressee To(Outgoing outgoing, IMigrationMessage message) => message switch
    {
        PrepareSource or QuiesceSource or ResumeSource => Addressee.Source,
        PromoteShadow => Addressee.Shadow,
        _ => outgoing is Outgoing.ToBroker ? Addressee.Broker : Addressee.Node,
    };

    private EngineStep Cached(int engine, int input, Func<EngineStep> decide) => Cached(engine, input, 0, decide);

    private EngineStep Cached(int engine, int input, int how, Func<EngineStep> decide)
    {
        if (!steps.TryGetValue((engine, input, how), out var step))
        {
            steps.Add((engine, input, how), step = decide());
        }
        return step;
    }

    private int Keep(Engine engine)
    {
        var number = seen.Of(string.Create(CultureInfo.InvariantCulture,
            $"{engine.Migration} {string.Join(',', engine.Timers)} {JsonSerializer.Serialize(engine.State)}"));
        if (number == all.Count)
        {
            all.Add(engine);
        }
        return number;
    }

    private static NodeReported Node(string name, params InstanceReported[] instances) => new(
        name, $"http://{name}", Now, 2000, new Dictionary<string, string>(), 2, 8L << 30, 4L << 30, 2L << 30, [], instances);
}
