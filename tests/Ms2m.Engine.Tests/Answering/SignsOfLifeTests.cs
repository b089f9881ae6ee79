using System.Text.Json;
using Ms2m.Engine.Answering;
using Ms2m.Engine.Broker;

namespace Ms2m.Engine.Tests.Answering;

public class SignsOfLifeTests
{
    private static readonly DateTimeOffset _begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private static QueueLook Control(int consumers = 1) => new("control", consumers, 0, 0);

    private static QueueLook Primary(long held, long acknowledged) => new("orders", 1, held, acknowledged);

    /// <summary>One look every five seconds.</summary>
    private static Sign After(params (QueueLook? Control, QueueLook? Primary)[] looks)
    {
        var sign = Sign.Unknown;
        for (var i = 0; i < looks.Length; i++)
        {
            sign = sign.Next(looks[i].Control, looks[i].Primary, _begin + TimeSpan.FromSeconds(5 * i), _patience);
        }

        return sign;
    }

    private static (QueueLook?, QueueLook?)[] Times(int count, QueueLook? control, QueueLook? primary) =>
        [.. Enumerable.Repeat((control, primary), count)];

    [Theory]
    [InlineData("""{"name":"q"}""", 0, 0, 0)]
    [InlineData("""{"name":"q","consumers":1,"messages_unacknowledged":2,"message_stats":[]}""", 1, 2, 0)]
    [InlineData("""{"name":"q","consumers":1,"messages_unacknowledged":2,"message_stats":{}}""", 1, 2, 0)]
    [InlineData("""{"name":"q","consumers":1,"messages_unacknowledged":2,"message_stats":{"ack":7}}""", 1, 2, 7)]
    [InlineData("""{"name":"q","consumers":"","messages_unacknowledged":null}""", 0, 0, 0)]
    public void whatever_the_broker_has_gathered_so_far_can_be_read(string json, int consumers, long held, long acknowledged) =>
        Assert.Equal(new QueueLook("q", consumers, held, acknowledged), QueueLook.Read(JsonElement.Parse(json)));

    [Fact]
    public void before_the_first_look_nothing_is_claimed() => Assert.Null(Sign.Unknown.Answering);

    [Fact]
    public void an_idle_workload_answers_however_long_it_is_idle() =>
        Assert.True(After(Times(100, Control(), Primary(0, 7))).Answering);

    [Fact]
    public void a_workload_that_always_holds_messages_and_gets_on_answers() => Assert.True(
        After([.. Enumerable.Range(0, 100).Select(n => ((QueueLook?)Control(), (QueueLook?)Primary(32, n)))]).Answering);

    [Fact]
    public void messages_held_without_an_acknowledgement_mean_silence_since_the_last_one()
    {
        var sign = After([(Control(), Primary(3, 10)), (Control(), Primary(3, 12)), .. Times(7, Control(), Primary(5, 12))]);

        Assert.Equal((false, _begin + TimeSpan.FromSeconds(5)), (sign.Answering, sign.Since));
        Assert.Contains("holds 5 messages", sign.Because, StringComparison.Ordinal);
    }

    [Fact]
    public void patience_comes_first() => Assert.True(After(Times(7, Control(), Primary(5, 12))).Answering);

    [Fact]
    public void a_control_queue_that_nobody_reads_means_silence_since_it_was_last_read()
    {
        var sign = After([(Control(), Primary(0, 1)), .. Times(8, Control(consumers: 0), Primary(0, 1))]);

        Assert.Equal((false, _begin), (sign.Answering, sign.Since));
    }

    [Fact]
    public void so_does_one_that_is_gone() => Assert.False(After(Times(8, null, null)).Answering);

    [Fact]
    public void a_reconnect_is_no_silence() => Assert.True(
        After([(Control(), null), .. Times(3, null, null), (Control(), null), .. Times(4, null, null)]).Answering);

    [Fact]
    public void who_answers_again_answers() => Assert.True(
        After([.. Times(20, Control(), Primary(5, 12)), (Control(), Primary(4, 13))]).Answering);
}
