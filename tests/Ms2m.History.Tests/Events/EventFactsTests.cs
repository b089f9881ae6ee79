using Ms2m.History.Events;

namespace Ms2m.History.Tests.Events;

public sealed class EventFactsTests
{
    [Fact]
    public void an_event_from_before_there_were_headers_has_no_facts() => Assert.Equal(
        new EventFacts(null, null, null, null, null, null, null, null, null, null, null, null, null),
        EventFacts.Of(new Dictionary<string, string>()));

    [Fact]
    public void times_keep_their_microseconds()
    {
        var time = new DateTimeOffset(2026, 11, 21, 5, 30, 22, TimeSpan.Zero).AddMicroseconds(123_456);
        var headers = new Dictionary<string, string> { [EventHeaders.Sent] = EventFacts.Text(time) };
        Assert.Equal(time, EventFacts.Of(headers).Sent);
    }

    [Fact]
    public void what_is_no_number_or_time_counts_as_absent()
    {
        var facts = EventFacts.Of(new Dictionary<string, string>
        {
            [EventHeaders.Attempt] = "first",
            [EventHeaders.MonotonicMs] = "",
            [EventHeaders.Asked] = "noon-ish",
        });
        Assert.Null(facts.Attempt);
        Assert.Null(facts.MonotonicMs);
        Assert.Null(facts.Asked);
    }
}
