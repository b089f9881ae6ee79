using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>The way of a checkpoint is the nodes' matter. So what is tried of a strategy with one way counts for the others, but for
/// the steps in which something travels.</summary>
public class HowItTravels
{
    [Fact]
    public void a_plan_with_memory_that_goes_ahead_has_one_step_more_and_no_other_difference()
    {
        var shape = new Shape(HasQueue: true, PreCopies: false, PostCopies: false);

        var (plain, ahead) = (ShadowPlan.For(shape), ShadowPlan.For(shape with { PreCopies = true }));

        Assert.Equal(["pre-copy"], Names(ahead).Except(Names(plain)));
        Assert.Equal(Names(plain), Names(ahead).Where(name => name != "pre-copy"));
        Assert.Equal(plain.After.SelectMany(stage => stage), ahead.After.SelectMany(stage => stage));
    }

    private static IEnumerable<string> Names(Plan plan) => plan.Before.SelectMany(stage => stage).Select(step => step.Name);
}
