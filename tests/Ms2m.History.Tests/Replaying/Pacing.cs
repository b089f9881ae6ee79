using Ms2m.History.Replaying;
using Ms2m.History.Tests.Runs;

namespace Ms2m.History.Tests.Replaying;

public sealed class Pacing
{
    [Theory]
    [InlineData(1, 100, 250)]
    [InlineData(2, 50, 125)]
    [InlineData(0.5, 200, 500)]
    [InlineData(0, 0, 0)]
    public void distances_are_the_original_ones_divided_by_the_speed(double speed, double second, double third)
    {
        var pace = new Pace(speed);
        Assert.Equal(
            [0, second, third],
            new double[] { 0, 100, 250 }.Select(ms => pace.Due(Recorder.Start.AddMilliseconds(ms)).TotalMilliseconds));
    }

    [Fact]
    public void an_event_that_is_dated_before_the_one_before_it_comes_right_after_that()
    {
        var pace = new Pace(1);
        pace.Due(Recorder.Start);
        pace.Due(Recorder.Start.AddMilliseconds(100));
        Assert.Equal(100, pace.Due(Recorder.Start.AddMilliseconds(-5_000)).TotalMilliseconds);
        Assert.Equal(150, pace.Due(Recorder.Start.AddMilliseconds(150)).TotalMilliseconds);
    }

    [Theory]
    [InlineData("ms2m.history")]
    [InlineData("ms2m.history.dashboard")]
    public void history_has_exchanges_of_its_own(string name) => Assert.True(ReplayExchange.IsAllowed(name));

    [Theory]
    [InlineData("")]
    [InlineData("ms2m.migrations")]
    [InlineData("ms2m.start-migration")]
    [InlineData("ms2m.control")]
    [InlineData("ms2m.node.node-a")]
    [InlineData("ms2m.historyx")]
    [InlineData("ms2m.history.")]
    [InlineData("amq.topic")]
    [InlineData("orders")]
    [InlineData("Ms2m.Contracts:CheckpointTaken")]
    public void nothing_of_the_live_system_is_one_of_them(string name) => Assert.False(ReplayExchange.IsAllowed(name));
}
