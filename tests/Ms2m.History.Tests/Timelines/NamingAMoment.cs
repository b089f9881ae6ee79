using System.Globalization;
using Ms2m.History.Tests.Runs;
using Ms2m.History.Timelines;

namespace Ms2m.History.Tests.Timelines;

public sealed class NamingAMoment
{
    private static readonly MigrationHistory _history = MigrationHistory.Of(SimulatedRun.Of(2));

    [Theory]
    [InlineData("+350ms", 350)]
    [InlineData("+1.5s", 1_500)]
    [InlineData("+2min", 120_000)]
    [InlineData("+0s", 0)]
    public void a_time_since_the_start(string text, double ms)
    {
        Assert.True(Moment.TryParse(text, out var moment));
        Assert.Equal(new Moment.Since(ms), moment);
        Assert.Equal(_history.Events.Count(one => one.SinceMs <= ms), moment.EventsOf(_history));
    }

    [Fact]
    public void an_events_number_is_the_moment_right_after_it()
    {
        Assert.True(Moment.TryParse("7", out var moment));
        Assert.Equal(7, moment.EventsOf(_history));
    }

    [Fact]
    public void a_time_of_day_without_a_zone_is_utc()
    {
        var at = _history.Events[10].Recorded.Timestamp;
        Assert.True(Moment.TryParse(at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture), out var moment));
        Assert.Equal(_history.Events.Count(one => one.Recorded.Timestamp <= at), moment.EventsOf(_history));
    }

    [Theory]
    [InlineData("")]
    [InlineData("noon")]
    [InlineData("+5")]
    [InlineData("+5h")]
    [InlineData("-5ms")]
    [InlineData("+1e3ms")]
    public void what_names_no_moment_is_refused(string text) => Assert.False(Moment.TryParse(text, out _));
}
