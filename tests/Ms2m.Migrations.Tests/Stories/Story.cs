using Ms2m.Contracts;

namespace Ms2m.Migrations.Tests.Stories;

/// <summary>One migration told input by input. Keeps what the shell would store and send.</summary>
internal sealed class Story
{
    public static readonly Guid Id = Guid.Parse("11111111-2222-3333-4444-555555555555");
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public MigrationState State { get; private set; } = Migration.Initial;

    public List<IMigrationMessage> Events { get; } = [];

    public List<Outgoing> Sent { get; } = [];

    public DateTimeOffset Now { get; set; } = Start;

    public Decision Last { get; private set; } = Decision.Nothing;

    public static WorkloadSpec Orders { get; } = new(
        "orders", "localhost/ms2m/orders", "orders", new Dictionary<string, string>());

    public static NodeReported Node(string name, DateTimeOffset at, params InstanceReported[] instances) => new(
        name, $"http://{name}:8490", at, 2000, new Dictionary<string, string>(), 2, 8L << 30, 4L << 30, 2L << 30, [], instances);

    public static InstanceReported Active(string instance = "orders-1", string state = "running") =>
        new(instance, Orders, InstanceRole.Active, 1, state, 60L << 20, null);

    public static Asked Ask(
        string workload = "orders", string target = "node-b", string strategy = "shadow",
        CutoverPolicy? policy = null, Guid? claimedBy = null, DateTimeOffset? seen = null, int priority = 0,
        Line? line = null) => new(
        new StartMigration(Id, workload, target, strategy, policy, Priority: priority),
        [Node("node-a", seen ?? Start, Active()), Node("node-b", seen ?? Start)],
        claimedBy ?? Id,
        line ?? Line.Empty);

    public Story Tell(params IMigrationMessage[] inputs)
    {
        foreach (var input in inputs)
        {
            Last = Migration.Decide(State, input, Now);
            Events.AddRange(Last.Events);
            Sent.AddRange(Last.Messages);
            State = Last.Events.Aggregate(State, Migration.Evolve);
            Now += TimeSpan.FromMilliseconds(10);
        }

        return this;
    }

    /// <summary>The answers of a migration in which everything works, in order.</summary>
    public static IReadOnlyList<IMigrationMessage> HappyPath { get; } =
    [
        Ask(),
        new TargetReserved(Id, StepNames.ReserveTarget, 1, "node-b", "http://node-b:8490/checkpoints", 2L << 30),
        new AccessGranted(Id, StepNames.GrantAccess, 1),
        new SourcePrepared(Id, StepNames.PrepareSource, 1, "orders-1"),
        new ReplayOpened(Id, StepNames.OpenReplay, 1, 1),
        new CheckpointTaken(Id, StepNames.TakeCheckpoint, 1, "node-a", 70, 180),
        new FenceReached(Id, "orders-1", 4),
        new TransferCompleted(Id, StepNames.SendCheckpoint, 1, "node-a", 60L << 20, "d1", 50),
        new ShadowReady(Id, StepNames.RestoreShadow, 1, "node-b", Shadow, 200),
        new ShadowAttached(Id, Shadow, 3),
        Progress(10, 20, 10, 50),
        Progress(28, 2, 10, 300),
        new JournalClosed(Id, StepNames.QuiesceSource, 1, "orders-1", 32, "chain", "state"),
        new ReplayCaughtUp(Id, StepNames.VerifyHandoff, 1, Shadow, 32, "chain", "state"),
        new ShadowPromoted(Id, StepNames.PromoteShadow, 1, Shadow, 2, 29),
        new InstanceActivated(Id, StepNames.ActivateInstance, 1, "node-b", Shadow),
        new SourceRevoked(Id, StepNames.RevokeSource, 1),
        new InstanceRemoved(Id, StepNames.RemoveSource, 1, "node-a", "orders-1"),
        new ReplayClosed(Id, StepNames.CloseReplay, 1),
    ];

    public static string Shadow => Names.ShadowInstance("orders", Id);

    public static ReplayProgressed Progress(long position, long lag, double serviceMs, double elapsedMs) =>
        new(Id, Shadow, position, lag, serviceMs, elapsedMs);

    /// <summary>The happy path until the step has been started.</summary>
    public static Story Until(string step)
    {
        var story = new Story();
        foreach (var input in HappyPath)
        {
            if (story.Events.OfType<StepStarted>().Any(started => started.Step == step))
            {
                return story;
            }

            story.Tell(input);
        }

        throw new InvalidOperationException($"The happy path never starts {step}.");
    }

    public IEnumerable<T> Commands<T>() => Sent.Select(sent => sent.Message).OfType<T>();
}
