using Ms2m.Eval.Chaos;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>The matrix leaves nothing out without saying why.</summary>
public sealed class MatrixIsWhole
{
    public static TheoryData<string> Variants => [.. Variant.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void every_fault_in_every_moment_has_an_expectation_or_a_reason(string name)
    {
        var variant = Named(name);
        var cells = FaultMatrix.Of(variant);
        Assert.Equal(
            variant.Faults.Count * variant.Moments.Count,
            cells.DistinctBy(cell => (cell.Fault, cell.Moment)).Count());
        Assert.All(cells, cell => Assert.True((cell.Expected is null) != (cell.NotApplicable is null), cell.Name));
    }

    [Fact]
    public void every_fault_and_every_moment_is_some_ways_own()
    {
        Assert.Equal(Enum.GetValues<Fault>(), Variant.All.SelectMany(one => one.Faults).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<Moment>(),
            Variant.All.SelectMany(FaultMatrix.Of).Where(cell => cell.Expected is not null).Select(cell => cell.Moment).Distinct().Order());
    }

    [Fact]
    public void results_of_different_cells_are_recorded_under_different_names()
    {
        var cells = Variant.All.SelectMany(FaultMatrix.Of).ToList();
        Assert.Equal(cells.Count, cells.DistinctBy(cell => cell.Name).Count());
        Assert.Equal(Variant.All.Count, Variant.All.DistinctBy(one => one.Arguments).Count());
    }

    [Fact]
    public void after_the_commit_point_only_a_completed_migration_is_right_as_long_as_the_shadow_lives()
    {
        foreach (var cell in FaultMatrix.Of(Variant.Shadow).Where(
            cell => cell.Moment == Moment.Committed && cell.Expected is not null && cell.Fault != Fault.ShadowKilled))
        {
            Assert.Equal(["Completed"], cell.Expected!.Endings);
        }
    }

    [Fact]
    public void state_may_die_only_where_its_only_holder_is_killed() => Assert.Equal(
        [
            (Fault.SourceKilled, Moment.Pending), (Fault.SourceKilled, Moment.Checkpointing),
            (Fault.SourceKilled, Moment.RollingBack), (Fault.ShadowKilled, Moment.Committed),
        ],
        FaultMatrix.Of(Variant.Shadow).Where(cell => cell.Expected is { StateMayDie: true }).Select(cell => (cell.Fault, cell.Moment)));

    [Fact]
    public void where_memory_follows_nobody_goes_on_without_its_source_before_the_last_page()
    {
        var cells = FaultMatrix.Of(Variant.PostCopy).Where(cell => cell is { Fault: Fault.SourceKilled, Expected: not null }).ToList();
        Assert.NotEmpty(cells);
        Assert.All(cells, cell => Assert.DoesNotContain("Completed", cell.Expected!.Endings));
        Assert.Equal("MS2M-0307", cells.Single(cell => cell.Moment == Moment.FetchingPages).Expected!.Code);
    }

    [Fact]
    public void where_memory_is_lost_to_the_copy_its_source_is_kept() => Assert.All(
        FaultMatrix.Of(Variant.PostCopy).Where(cell => cell.Expected is { StateMayDie: true }),
        cell => Assert.Equal(cell.Fault != Fault.SourceKilled, cell.Expected!.KeepsSource));

    private static Variant Named(string name) => Variant.All.Single(one => one.Name == name);
}
