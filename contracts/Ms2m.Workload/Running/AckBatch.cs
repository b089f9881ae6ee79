using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>Acknowledgements that are in the order of delivery: one stands for all before it.</summary>
internal sealed class AckBatch(IChannel channel, int size)
{
    private ulong highest;
    private int count;

    public ValueTask AddAsync(ulong tag)
    {
        highest = tag;
        return ++count >= size ? FlushAsync() : ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync()
    {
        if (count == 0)
        {
            return ValueTask.CompletedTask;
        }
        count = 0;
        return channel.BasicAckAsync(highest, multiple: true);
    }
}
