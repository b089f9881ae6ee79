using Ms2m.Eval.Chaos;

namespace Ms2m.EndToEnd.Tests.Faults;

/// <summary>The matrix leaves nothing out without saying why.</summary>
public sealed class MatrixIsWhole
{
    [Theory]
    [InlineData(FaultMatrix.Shadow)]
    [InlineData(FaultMatrix.Sequential)]
    [InlineData(FaultMatrix.Live)]
    public void every_fault_in_every_moment_has_an_expectation_or_a_reason(string strategy)
    {
        var cells = FaultMatrix.Of(strategy);
        Assert.Equal(
            Enum.GetValues<Fault>().Length * Enum.GetValues<Moment>().Length,
            cells.DistinctBy(cell => (cell.Fault, cell.Moment)).Count());
        Assert.All(cells, cell => Assert.True((cell.Expected is null) != (cell.NotApplicable is null), cell.Name));
    }

    [Fact]
    public void after_the_commit_point_only_a_completed_migration_is_right_as_long_as_the_shadow_lives()
    {
        foreach (var cell in FaultMatrix.Cells.Where(
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
        FaultMatrix.Cells.Where(cell => cell.Expected is { StateMayDie: true }).Select(cell => (cell.Fault, cell.Moment)));
}
