using System.Threading.Channels;
using Ms2m.Engine.Tests.Delivery.Lab;

namespace Ms2m.Engine.Tests.Delivery;

public sealed class TimerTests(Office office) : IClassFixture<Office>
{
    [Fact]
    public async Task a_timer_survives_a_restart_and_fires_once_when_it_is_due()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var parcel = Guid.NewGuid();
        var first = await office.OpenAsync(time: time);
        await RemindAsync(parcel, TimeSpan.FromMinutes(10));
        await Eventually.TrueAsync(async () => await TimersAsync(parcel) == 1, "the timer to be stored");
        await Office.CloseAsync(first);

        using var second = await office.OpenAsync(time: time);
        time.Advance(TimeSpan.FromMinutes(9));
        await office.TellAsync(parcel, "not yet");
        Assert.Contains("not yet", await NextAsync(told, parcel), StringComparison.Ordinal);
        Assert.Equal(1, await TimersAsync(parcel));

        time.Advance(TimeSpan.FromMinutes(1));
        var fired = NextAsync(told, parcel);
        await Eventually.TrueAsync(
            () =>
            {
                // In case the relay went to sleep between the advance and its look at the clock.
                time.Advance(TimeSpan.FromMilliseconds(500));
                return Task.FromResult(fired.IsCompleted);
            },
            "the timer to fire");
        Assert.Contains("reminded", await fired, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await TimersAsync(parcel) == 0, "the timer to be gone");
        time.Advance(TimeSpan.FromHours(1));
        await Office.CloseAsync(second);
        Assert.Equal(2, await office.Database.CountAsync($"mt_events where stream_id = '{parcel}'"));
    }

    [Fact]
    public async Task a_timer_of_this_engine_does_not_wait_for_the_poll()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync(delivery: options => options.TimerPoll = TimeSpan.FromHours(1));
        var parcel = Guid.NewGuid();
        await RemindAsync(parcel, TimeSpan.FromMilliseconds(200));
        Assert.Contains("reminded", await NextAsync(told, parcel), StringComparison.Ordinal);
        await Office.CloseAsync(host);
    }

    [Fact]
    public async Task the_token_of_a_timer_is_the_id_of_its_message()
    {
        using var host = await office.OpenAsync(time: new ManualTime(DateTimeOffset.UtcNow));
        var incoming = await office.Wire.ListenAsync(Office.Queue);
        var parcel = Guid.NewGuid();
        await RemindAsync(parcel, TimeSpan.FromHours(1));
        await Eventually.TrueAsync(
            async () => await office.Database.CountAsync(
                $"ms2m_timers join mt_doc_parcel on (data->>'ReminderToken')::uuid = token where mt_doc_parcel.id = '{parcel}'") == 1,
            "the saga to remember the token of its timer");
        await Office.CloseAsync(host);

        // Another engine, whose clock says that it is time.
        var later = new ManualTime(DateTimeOffset.UtcNow.AddHours(2));
        using var other = await office.OpenAsync(time: later);
        await incoming.ReadAsync().AsTask().WithinAsync("the request");
        var fired = await incoming.ReadAsync().AsTask().WithinAsync("the timer");
        Assert.Equal($"{fired.MessageId}", fired.Headers["MT-Scheduling-TokenId"]);
        await Office.CloseAsync(other);
    }

    // Timers of other tests may still be on their way.
    private static async Task<string> NextAsync(ChannelReader<WireMessage> told, Guid parcel)
    {
        while (true)
        {
            var message = await told.ReadAsync().AsTask().WithinAsync($"a message about parcel {parcel}");
            if (message.Text.Contains($"{parcel}", StringComparison.Ordinal))
            {
                return message.Text;
            }
        }
    }

    private Task<long> TimersAsync(Guid parcel) =>
        office.Database.CountAsync($"ms2m_timers where convert_from(body, 'UTF8') like '%{parcel}%'");

    private Task RemindAsync(Guid parcel, TimeSpan after) => office.Wire.PublishAsync(
        Office.Queue, typeof(Remind),
        FormattableString.Invariant($$"""{"parcelId":"{{parcel}}","afterMs":{{after.TotalMilliseconds}}}"""), Guid.NewGuid());
}
