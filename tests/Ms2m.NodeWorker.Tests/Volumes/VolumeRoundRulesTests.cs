using Ms2m.Contracts;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Tests.Volumes;

public sealed class VolumeRoundRulesTests
{
    private static VolumeRound Round(long wire, double ms = 1000) => new(1_000_000_000, wire, ms);

    [Fact]
    public void the_first_round_always_pays() => Assert.Null(VolumeRoundRules.WhyStop([], 5));

    [Fact]
    public void rounds_go_on_while_they_shrink() =>
        Assert.Null(VolumeRoundRules.WhyStop([Round(1_000_000_000), Round(100_000_000), Round(50_000_000)], 5));

    [Fact]
    public void a_long_first_round_does_not_count_against_the_others() =>
        Assert.Null(VolumeRoundRules.WhyStop([Round(1_000_000_000, 400_000), Round(100_000_000)], 5));

    [Fact]
    public void little_that_is_left_is_left() =>
        Assert.Contains("megabyte", VolumeRoundRules.WhyStop([Round(1_000_000)], 5), StringComparison.Ordinal);

    [Fact]
    public void what_does_not_shrink_is_left() =>
        Assert.Contains("shrink", VolumeRoundRules.WhyStop([Round(10_000_000), Round(9_500_000)], 5), StringComparison.Ordinal);

    [Fact]
    public void rounds_that_take_too_long_end() => Assert.Contains("2 minutes", VolumeRoundRules.WhyStop(
        [Round(1_000_000_000), Round(500_000_000, 70_000), Round(250_000_000, 60_000)], 5), StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void no_more_than_were_allowed(int max) => Assert.Contains(
        "allowed", VolumeRoundRules.WhyStop([.. Enumerable.Repeat(Round(50_000_000), max)], max), StringComparison.Ordinal);
}
