using Ms2m.Contracts;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Workload;

/// <summary>R and J, as one connection of a shadow sees them. Both are taken into memory as fast as they come: nothing else
/// reads them, and a shadow that dies is replaced.</summary>
internal sealed class ReplaySide(BrokerLink link)
{
    private const ushort Prefetch = 2000;
    private const int AckEvery = 200;
    private IChannel? journal;
    private IChannel? replay;
    private AckBatch? journalAcks;
    private AckBatch? replayAcks;
    private string? journalConsumer;

    public async Task FollowAsync(Guid migrationId)
    {
        var channels = await Task.WhenAll(link.SideChannelAsync(), link.SideChannelAsync());
        (journal, replay) = (channels[0], channels[1]);
        journalAcks = new AckBatch(journal, AckEvery);
        replayAcks = new AckBatch(replay, AckEvery);
        await Task.WhenAll(FollowPayloadsAsync(migrationId), FollowJournalAsync(migrationId));
    }

    public async Task FollowJournalAsync(Guid migrationId)
    {
        var reader = new QueueReader(journal!, (tag, _, _, _, properties, body) =>
        {
            var (entry, end) = JournalCodec.Read(properties, body);
            link.Post(new FromJournal(link, tag, entry, end));
        }, JournalEnded);
        await journal!.BasicQosAsync(0, Prefetch, false);
        journalConsumer = await journal!.BasicConsumeAsync(Names.JournalQueue(migrationId), autoAck: false, reader);
    }

    /// <summary>Answered by <see cref="JournalPaused"/>, behind all that J has brought.</summary>
    public async Task PauseJournalAsync()
    {
        if (journalConsumer is { } consumer)
        {
            journalConsumer = null;
            await journal!.BasicCancelAsync(consumer);
        }
    }

    /// <summary>Entries that J holds and has not delivered, or null when it cannot be asked.</summary>
    public async Task<long?> CountAsync(Guid migrationId)
    {
        try
        {
            return (await journal!.QueueDeclarePassiveAsync(Names.JournalQueue(migrationId))).MessageCount;
        }
        catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException or OperationCanceledException)
        {
            return null;
        }
    }

    public ValueTask JournalTakenAsync(ulong tag) => journalAcks!.AddAsync(tag);

    public ValueTask PayloadTakenAsync(ulong tag) => replayAcks!.AddAsync(tag);

    public async ValueTask FlushAsync()
    {
        if (journal is { IsOpen: true } && replay is { IsOpen: true })
        {
            await journalAcks!.FlushAsync();
            await replayAcks!.FlushAsync();
        }
    }

    /// <summary>Not waited for: the promoted instance has better to do.</summary>
    public void Stop()
    {
        foreach (var channel in new[] { journal, replay })
        {
            _ = channel?.AbortAsync();
        }
        (journal, replay) = (null, null);
    }

    private async Task FollowPayloadsAsync(Guid migrationId)
    {
        var reader = new QueueReader(replay!, (tag, _, exchange, routingKey, properties, body) =>
            link.Post(new FromReplay(link, tag, QueueSide.Read(exchange, routingKey, properties, body))),
            own => Ended(own, "the replay queue is gone"));
        await replay!.BasicQosAsync(0, Prefetch, false);
        await replay!.BasicConsumeAsync(Names.ReplayQueue(migrationId), autoAck: false, reader);
    }

    private void JournalEnded(bool own)
    {
        if (own)
        {
            link.Post(new JournalPaused(link));
        }
        Ended(own, "the journal is gone");
    }

    private void Ended(bool own, string why)
    {
        if (!own)
        {
            link.Post(new ReplayGone(link, why));
        }
    }
}
