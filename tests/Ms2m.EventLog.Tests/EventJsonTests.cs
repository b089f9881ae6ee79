using Ms2m.EventLog.Tests.Lab;

namespace Ms2m.EventLog.Tests;

public sealed class EventJsonTests
{
    [Fact]
    public void names_are_written_as_in_the_class() =>
        Assert.Equal("""{"Name":"a","Size":3}""", EventJson.Write(new Opened("a", 3), typeof(Opened)));

    [Fact]
    public void what_was_written_is_read_back()
    {
        var written = new Everything(
            Guid.Parse("0190f4b2-5f2a-7c3d-8e4f-5a6b7c8d9e0f"), DateTimeOffset.UnixEpoch, TimeSpan.FromMilliseconds(12.5), null, ["x"]);
        var json = EventJson.Write(written, typeof(Everything));
        Assert.Equal(
            """{"Id":"0190f4b2-5f2a-7c3d-8e4f-5a6b7c8d9e0f","At":"1970-01-01T00:00:00+00:00","For":"00:00:00.0125000","None":null,"Some":["x"]}""",
            json.Replace("\\u002B", "+", StringComparison.Ordinal));
        var read = (Everything)EventJson.Read(json, typeof(Everything));
        Assert.Equal(written with { Some = read.Some }, read);
    }

    [Fact]
    public void another_casing_is_not_taken_for_the_same_name() =>
        Assert.Equal(0, ((Opened)EventJson.Read("""{"name":"a","size":3}""", typeof(Opened))).Size);

    private sealed record Everything(Guid Id, DateTimeOffset At, TimeSpan For, string? None, IReadOnlyList<string> Some);
}
