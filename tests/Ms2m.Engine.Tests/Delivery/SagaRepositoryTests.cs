using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Ms2m.Engine.Tests.Delivery.Lab;

namespace Ms2m.Engine.Tests.Delivery;

public sealed class SagaRepositoryTests(Office office) : IClassFixture<Office>
{
    [Fact]
    public async Task a_saga_can_be_looked_at_from_outside()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var repository = host.Services.GetRequiredService<ILoadSagaRepository<Parcel>>();
        var parcel = Guid.NewGuid();
        Assert.Null(await repository.Load(parcel));
        await office.TellAsync(parcel, "seen");
        await NextAsync(told);
        var saga = await repository.Load(parcel);
        Assert.Equal((1, "Open"), (saga.Count, saga.CurrentState));
        await Office.CloseAsync(host);
    }

    [Fact]
    public async Task a_message_that_changes_nothing_writes_no_document_but_is_handled_once()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var (parcel, messageId) = (Guid.NewGuid(), Guid.NewGuid());
        await office.TellAsync(parcel, "first");
        await NextAsync(told);
        var version = await VersionAsync(parcel);
        await office.Wire.PublishAsync(Office.Queue, typeof(Glance), $$"""{"parcelId":"{{parcel}}"}""", messageId);
        Assert.Contains("glanced", (await NextAsync(told)).Text, StringComparison.Ordinal);
        Assert.Equal(version, await VersionAsync(parcel));
        Assert.Equal(1, await office.Database.CountAsync($"ms2m_inbox where message_id = '{messageId}'"));
        await Office.CloseAsync(host);
    }

    private async Task<Guid> VersionAsync(Guid parcel)
    {
        await using var command = office.Database.Store.CreateCommand(
            $"select mt_version from mt_doc_parcel where id = '{parcel}'");
        return (Guid)(await command.ExecuteScalarAsync())!;
    }

    private static Task<WireMessage> NextAsync(ChannelReader<WireMessage> messages) =>
        messages.ReadAsync().AsTask().WithinAsync("a message on the wire");
}
