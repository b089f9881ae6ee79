using FsCheck;
using FsCheck.Fluent;

namespace Ms2m.Migrations.Tests.Queueing;

/// <summary>Whatever runs and waits, these hold of who may start.</summary>
public class AnyLine
{
    private static readonly string[] Nodes = ["n1", "n2", "n3", "n4"];
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static Gen<Place> Place { get; } =
        from id in Gen.Choose(1, int.MaxValue - 1)
        from source in Gen.Elements(Nodes)
        from target in Gen.Elements(Nodes.Where(node => node != source).ToArray())
        from priority in Gen.Choose(-10, 10)
        from age in Gen.Choose(0, 90)
        select new Place(new Guid(id, 0, 0, new byte[8]), source, target, priority, Now - TimeSpan.FromSeconds(age));

    /// <summary>What runs was admitted, so it is within the limits; except that limits may have been lowered since.</summary>
    private static Arbitrary<Line> Lines { get; } = (
        from outgoing in Gen.Choose(1, 3)
        from incoming in Gen.Choose(1, 3)
        from total in Gen.Choose(1, 6)
        from running in Gen.ListOf(Place, 3)
        from waiting in Gen.ListOf(Place)
        select new Line(
            [.. running.DistinctBy(place => place.MigrationId)],
            [.. waiting.DistinctBy(place => place.MigrationId).ExceptBy(running.Select(r => r.MigrationId), p => p.MigrationId)],
            new AdmissionLimits(outgoing, incoming, total))).ToArbitrary();

    [Fact]
    public void no_limit_is_exceeded_by_those_that_start() => ForAny(line =>
    {
        var started = Admission.MayStart(line, Now);
        Place[] all = [.. line.Running, .. started];

        Assert.True(started.IsEmpty || all.Length <= line.Limits.Total);
        Assert.All(started, place =>
        {
            Assert.True(all.Count(one => one.SourceNode == place.SourceNode) <= line.Limits.Outgoing);
            Assert.True(all.Count(one => one.TargetNode == place.TargetNode) <= line.Limits.Incoming);
        });
    });

    [Fact]
    public void the_order_in_which_the_waiting_are_stored_does_not_matter() => ForAny(line => Assert.Equal(
        Admission.MayStart(line, Now).ToArray(),
        Admission.MayStart(line with { Waiting = [.. line.Waiting.Reverse()] }, Now).ToArray()));

    [Fact]
    public void the_first_in_line_starts_if_its_nodes_have_room() => ForAny(line =>
    {
        if (Admission.Order(line.Waiting) is [var first, ..] && Fits(line, first))
        {
            Assert.Contains(first, Admission.MayStart(line, Now));
        }
    });

    [Fact]
    public void where_nobody_has_waited_long_a_full_node_holds_up_nobody_else() => ForAny(line =>
    {
        var fresh = line with { Waiting = [.. line.Waiting.Select(place => place with { Since = Now })] };
        var started = Admission.MayStart(fresh, Now);
        var then = fresh with { Running = [.. fresh.Running, .. started], Waiting = fresh.Waiting.RemoveRange(started) };

        Assert.DoesNotContain(then.Waiting, place => Fits(then, place));
    });

    [Fact]
    public void one_that_comes_later_never_changes_who_of_the_others_stands_first() => ForAny(line =>
    {
        var order = Admission.Order(line.Waiting).ToArray();
        var later = new Place(new Guid(int.MaxValue, 0, 0, new byte[8]), "n1", "n2", 10, Now);

        Assert.Equal(order, Admission.Order(line.Waiting.Add(later)).Remove(later).ToArray());
    });

    [Fact]
    public void everybody_has_a_place_and_no_two_have_the_same() => ForAny(line =>
    {
        var queue = Admission.Queue(line, Now);

        Assert.Equal(Enumerable.Range(1, line.Waiting.Length), queue.Values.Select(place => place.Position).Order());
        Assert.All(Admission.MayStart(line, Now), place => Assert.StartsWith("the engine", queue[place.MigrationId].WaitsFor));
        Assert.All(
            line.Waiting.Except(Admission.MayStart(line, Now)),
            place => Assert.StartsWith("a free slot", queue[place.MigrationId].WaitsFor));
    });

    private static bool Fits(Line line, Place place) =>
        line.Running.Length < line.Limits.Total
        && line.Running.Count(one => one.SourceNode == place.SourceNode) < line.Limits.Outgoing
        && line.Running.Count(one => one.TargetNode == place.TargetNode) < line.Limits.Incoming;

    private static void ForAny(Action<Line> law) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Lines, law));
}
