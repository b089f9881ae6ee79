using Ms2m.ModelCheck.Exploring;

namespace Ms2m.ModelCheck.Tests;

/// <summary>What the explorer itself relies on.</summary>
public sealed class TheExplorer
{
    private static readonly Bounds Small = new() { Messages = 1, Publishers = 1, Faults = 1 };

    [Theory]
    [InlineData(Fault.SourceDies)]
    [InlineData(Fault.ShadowLosesLink)]
    [InlineData(Fault.Cancel)]
    [InlineData(Fault.EarlyDeadline)]
    [InlineData(Fault.SourceNodeDies)]
    internal void the_reduction_leaves_out_orders_but_no_end(Fault kind)
    {
        var whole = DepthFirst.Run(new Scene(Small with { Kinds = kind, Reduced = false }));
        var reduced = DepthFirst.Run(new Scene(Small with { Kinds = kind }));

        Assert.Equal(whole.Finals, reduced.Finals);
        Assert.True(reduced.States < whole.States);
    }

    [Fact]
    public void breadth_first_and_depth_first_visit_the_same_states()
    {
        var bounds = Small with { Kinds = Fault.SourceDies };
        var breadth = BreadthFirst.Run(new Scene(bounds));
        var depth = DepthFirst.Run(new Scene(bounds));

        Assert.Equal((breadth.States, breadth.Transitions, breadth.Finals), (depth.States, depth.Transitions, depth.Finals));
    }

    [Fact]
    public void a_copy_of_an_instance_shares_nothing_that_changes_with_it()
    {
        var scene = new Scene(Small with { Kinds = Fault.SourceLosesLink });
        DepthFirst.Run(scene);

        Assert.Empty(scene.Processes.Changed());
    }
}
