using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Contracts;
using Ms2m.Engine.Delivery;
using Ms2m.Engine.Tests.Delivery.Lab;
using Headers = Ms2m.Contracts.Headers;

namespace Ms2m.Engine.Tests.Delivery;

/// <summary>What goes through the outbox is, on the wire, what would have gone without it.</summary>
public sealed class WireTests(Office office) : IClassFixture<Office>
{
    // What differs between any two messages: ids, who sends, and the client's count of its publishes; and what only the
    // outbox says, when the message left it.
    private static readonly string[] _ownIds =
        ["MessageId", "ConversationId", "MT-InitiatorId", "MT-Source-Address", "x-dotnet-pub-seq-no", Headers.Sent];

    [Fact]
    public async Task a_stored_message_has_the_bytes_properties_and_headers_of_a_direct_send()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var parcel = Guid.NewGuid();
        var endpoint = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{ParcelMachine.Out}"));
        await endpoint.Send(new Told(parcel, "same", 1), Pipe.Execute<SendContext>(send =>
        {
            send.Headers.Set("x-text", "a text");
            send.Headers.Set("x-number", 5);
            send.Headers.Set("x-flag", true);
        }));
        var direct = await NextAsync(told);
        await office.TellAsync(parcel, "same");
        var stored = await NextAsync(told);
        await Office.CloseAsync(host);

        Assert.Equal(direct.Body, stored.Body);
        Assert.Equal("application/json", stored.Properties.ContentType);
        Assert.Equal(direct.Properties.DeliveryMode, stored.Properties.DeliveryMode);
        Assert.Equal(RabbitMQ.Client.DeliveryModes.Persistent, stored.Properties.DeliveryMode);
        Assert.Equal(direct.Properties.IsPriorityPresent(), stored.Properties.IsPriorityPresent());
        Assert.Equal("urn:message:Ms2m.Engine.Tests.Delivery.Lab:Told", stored.Headers["MT-MessageType"]);
        Assert.Equal(stored.Properties.MessageId, stored.Headers["MessageId"]);
        Assert.Equal(5, stored.Headers["x-number"]);

        // A message that another caused says so; apart from that the headers are the same ones.
        Assert.Equal(Without(direct), Without(stored));
    }

    [Fact]
    public async Task a_message_says_when_it_left_and_not_when_it_was_decided()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        var time = new ManualTime(DateTimeOffset.UtcNow);
        var committed = DateTimeOffset.MinValue;
        var faults = new FaultPoints
        {
            AfterCommit = _ =>
            {
                time.Advance(TimeSpan.FromSeconds(3));
                committed = time.GetUtcNow();
                return Task.CompletedTask;
            },
        };
        using var host = await office.OpenAsync(faults, time);
        await office.TellAsync(Guid.NewGuid(), "timed");
        var sent = (await NextAsync(told)).Headers[Headers.Sent];
        await Office.CloseAsync(host);

        Assert.Equal(Arrival.Microseconds(committed), Assert.IsType<long>(sent));
    }

    [Fact]
    public async Task a_routing_key_survives_the_outbox()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Control, "direct", "instance-1");
        using var host = await office.OpenAsync();
        await office.TellAsync(Guid.NewGuid(), "keyed");
        Assert.Equal("instance-1", (await NextAsync(told)).RoutingKey);
        await Office.CloseAsync(host);
    }

    [Fact]
    public async Task messages_to_one_destination_arrive_in_the_order_of_the_sends()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var parcel = Guid.NewGuid();
        await office.Wire.PublishAsync(
            Office.Queue, typeof(TellOften), $$"""{"parcelId":"{{parcel}}","times":10}""", Guid.NewGuid());
        for (var count = 1; count <= 10; count++)
        {
            Assert.Contains($"\"count\": {count}", (await NextAsync(told)).Text, StringComparison.Ordinal);
        }

        await Office.CloseAsync(host);
        Assert.Equal(10, await office.Database.CountAsync($"mt_events where stream_id = '{parcel}'"));
    }

    private static IEnumerable<string> Without(WireMessage message) =>
        message.Headers
            .Where(header => !_ownIds.Contains(header.Key))
            .Select(header => $"{header.Key}={header.Value} ({header.Value?.GetType().Name})")
            .Order(StringComparer.Ordinal);

    private static Task<WireMessage> NextAsync(ChannelReader<WireMessage> messages) =>
        messages.ReadAsync().AsTask().WithinAsync("a message on the wire");
}
