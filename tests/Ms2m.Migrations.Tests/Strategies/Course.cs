using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using Ms2m.Migrations.Tests.Stories;
using static Ms2m.Migrations.MigrationState;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>A migration from its request to its end, in a world that answers. Time passes only when nobody has anything
/// more to say.</summary>
internal sealed class Course
{
    private readonly Queue<IMigrationMessage> _waiting = new();
    private readonly HashSet<Outgoing.AtTime> _rung = new(ReferenceEqualityComparer.Instance);
    private int _looked;

    public Course(Variant variant)
    {
        HasQueue = variant.Strategy is not "live" && variant.HasQueue;
        World = new SmallWorld(HasQueue, variant.Owner);
        _waiting.Enqueue(Ask(variant, HasQueue));
    }

    public bool HasQueue { get; }

    public SmallWorld World { get; }

    public Story Story { get; } = new();

    /// <summary>Commands in the order in which they were carried out.</summary>
    public List<IMigrationMessage> Commands { get; } = [];

    public Ended End => Assert.IsType<Ended>(Story.State);

    public bool Committed => Story.Events.Any(e => e is PromotionCommitted);

    /// <summary>Asked before a command is carried out: what is said to it instead, or null to carry it out.</summary>
    public Func<IMigrationMessage, IEnumerable<IMigrationMessage>?> Trouble { get; init; } = _ => null;

    public Action Watch { get; init; } = () => { };

    public Course Run()
    {
        for (var turn = 0; Story.State is not Ended || _waiting.Count > 0; turn++)
        {
            Assert.True(turn < 2000, $"Still {Story.State} after 2000 turns.");
            if (_waiting.Count == 0)
            {
                PassTime();
            }

            Story.Tell(_waiting.Dequeue());
            foreach (var sent in Story.Sent.Skip(_looked).Where(sent => sent is not Outgoing.AtTime).ToList())
            {
                Commands.Add(sent.Message);
                foreach (var said in Trouble(sent.Message) ?? World.Do(sent.Message))
                {
                    _waiting.Enqueue(said);
                }

                Watch();
            }

            _looked = Story.Sent.Count;
        }

        return this;
    }

    private void PassTime()
    {
        var due = Story.Sent.OfType<Outgoing.AtTime>().Where(timer => !_rung.Contains(timer)).MinBy(timer => timer.DueAt);
        Assert.NotNull(due);
        _rung.Add(due);
        Story.Now = due.DueAt > Story.Now ? due.DueAt : Story.Now;
        _waiting.Enqueue(due.Message);
    }

    private static Asked Ask(Variant variant, bool hasQueue)
    {
        var spec = Story.Orders with
        {
            Queue = hasQueue ? "orders" : null,
            Address = hasQueue ? null : new WorkloadAddress("10.99.0.80/24"),
            Pod = variant.Owner is { } owner ? new WorkloadPod("shop", "orders", owner, "orders") : null,
        };
        NodeFeature[] features = [new(Requirements.WorkloadNetwork, true, ""), new("registry", true, ""), new(Requirements.PostCopy, true, "")];
        return new Asked(
            new StartMigration(Story.Id, "orders", "node-b", variant.Strategy)
            {
                Transfer = new TransferOptions(variant.Mode),
                PostCopy = variant.PostCopy,
            },
            [
                Story.Node("node-a", Story.Start, Story.Active() with { Spec = spec }) with { Features = features },
                Story.Node("node-b", Story.Start) with { Features = features },
            ],
            Story.Id, Line.Empty);
    }
}

/// <summary>A strategy, and what changes its steps.</summary>
public sealed record Variant(string Strategy, TransferMode Mode, bool HasQueue, bool PostCopy = false, PodOwner? Owner = null)
{
    public static Variant PostCopying { get; } = new("live", TransferMode.Direct, HasQueue: false, PostCopy: true);

    /// <summary>Those whose copy needs the source until the end.</summary>
    public static TheoryData<Variant> Lazy => [PostCopying];

    /// <summary>Those whose copy is whole once the checkpoint has arrived.</summary>
    public static IEnumerable<object[]> Whole =>
        ((IEnumerable<object[]>)All).Where(row => row[0] is Variant { PostCopy: false });

    public static TheoryData<Variant> All
    {
        get
        {
            var all = new TheoryData<Variant>();
            foreach (var strategy in PlanCatalogue.Strategies.Select(one => one.Name))
            {
                foreach (var mode in Enum.GetValues<TransferMode>())
                {
                    all.Add(new Variant(strategy, mode, HasQueue: strategy != "live"));
                }
            }

            all.Add(new Variant("cold", TransferMode.Direct, HasQueue: false));
            foreach (var owner in Enum.GetValues<PodOwner>())
            {
                all.Add(new Variant("sequential", TransferMode.Direct, HasQueue: true, Owner: owner));
                if (owner != PodOwner.StatefulSet)
                {
                    all.Add(new Variant("shadow", TransferMode.Direct, HasQueue: true, Owner: owner));
                    all.Add(new Variant("cold", TransferMode.Direct, HasQueue: true, Owner: owner));
                }
            }

            all.Add(PostCopying);
            return all;
        }
    }
}
