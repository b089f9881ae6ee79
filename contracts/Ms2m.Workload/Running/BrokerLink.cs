using Ms2m.Contracts;
using RabbitMQ.Client;

namespace Ms2m.Workload;

/// <summary>One connection and its channels, from opening to loss; never repaired, always replaced. A lost one tells the
/// loop once and is left to die alone, because closing a dead connection can take seconds.</summary>
internal sealed class BrokerLink
{
    private static readonly CreateChannelOptions Confirming = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    private readonly IConnection connection;
    private readonly Action<Signal> post;
    private int lost;

    private BrokerLink(IConnection connection, string user, Action<Signal> post)
    {
        this.connection = connection;
        User = user;
        this.post = post;
        connection.ConnectionShutdownAsync += (_, reason) =>
        {
            Lose(reason.ReplyText);
            return Task.CompletedTask;
        };
    }

    public DateTime Opened { get; } = DateTime.UtcNow;

    /// <summary>As whom the broker knows this connection.</summary>
    public string User { get; }

    /// <summary>Takes from Q and answers it.</summary>
    public IChannel Queue { get; private set; } = null!;

    /// <summary>Takes control messages.</summary>
    public IChannel Control { get; private set; } = null!;

    /// <summary>The workload's own messages: an author's mistake, such as an exchange that is not there, closes only this
    /// channel by itself.</summary>
    public ConfirmedPublisher Effects { get; private set; } = null!;

    /// <summary>Journal entries, answers and reports.</summary>
    public ConfirmedPublisher Ledger { get; private set; } = null!;

    public static async Task<BrokerLink> OpenAsync(InstanceFile file, Action<Signal> post, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(file.BrokerUri),
            ClientProvidedName = file.InstanceId,
            // The instance file must be read before every connection; the client's own recovery would not.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            // A peer that vanished without a word is noticed within two of these.
            RequestedHeartbeat = TimeSpan.FromSeconds(5),
            RequestedConnectionTimeout = TimeSpan.FromSeconds(2),
            HandshakeContinuationTimeout = TimeSpan.FromSeconds(3),
            // A broker under a memory or disk alarm reads nothing from who has published, questions neither, until the
            // alarm is over. To give up then and connect anew would put a second consumer beside the first, whose
            // unanswered messages come back out of order. A broker that is dead is told by its heartbeat.
            ContinuationTimeout = TimeSpan.FromHours(1),
        };
        var link = new BrokerLink(await factory.CreateConnectionAsync(cancellationToken), factory.UserName, post);
        try
        {
            // In parallel: every round trip here is part of the interruption after a restore.
            var effects = link.ChannelAsync("effects", Confirming, cancellationToken);
            var ledger = link.ChannelAsync("ledger", Confirming, cancellationToken);
            var queue = link.ChannelAsync("queue", null, cancellationToken);
            var control = link.ControlChannelAsync(file.InstanceId, cancellationToken);
            await Task.WhenAll(effects, ledger, queue, control);
            link.Effects = link.Publisher(await effects);
            link.Ledger = link.Publisher(await ledger);
            link.Queue = await queue;
            link.Control = await control;
            return link;
        }
        catch
        {
            link.Abandon();
            throw;
        }
    }

    /// <summary>A channel that may close without the connection being given up.</summary>
    public Task<IChannel> SideChannelAsync() => connection.CreateChannelAsync();

    public bool IsOpen => connection.IsOpen;

    /// <summary>A question that only a broker which still knows this connection answers, and only from now on.</summary>
    public Task ProveAsync(string instanceId) => Control.QueueDeclarePassiveAsync(Names.ControlQueue(instanceId));

    public void Post(Signal signal) => post(signal);

    public void Lose(string why)
    {
        if (Interlocked.Exchange(ref lost, 1) == 0)
        {
            post(new Lost(this, why));
        }
    }

    /// <summary>For tests: the connection dies, and the loop is told as it would be.</summary>
    public void Break() => _ = connection.AbortAsync();

    /// <summary>Nobody waits for it.</summary>
    public void Abandon()
    {
        Interlocked.Exchange(ref lost, 1);
        _ = Task.Run(async () =>
        {
            try
            {
                await connection.CloseAsync(200, "abandoned", TimeSpan.FromSeconds(1), abort: true, CancellationToken.None);
                await connection.DisposeAsync();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // It was dead already.
            }
        });
    }

    public async Task CloseAsync()
    {
        Interlocked.Exchange(ref lost, 1);
        await connection.CloseAsync(200, "stopped", TimeSpan.FromSeconds(3), abort: true, CancellationToken.None);
        await connection.DisposeAsync();
    }

    private ConfirmedPublisher Publisher(IChannel channel) =>
        new(channel, tokens => post(new Confirmed(this, tokens)), Lose);

    private async Task<IChannel> ControlChannelAsync(string instanceId, CancellationToken cancellationToken)
    {
        var channel = await ChannelAsync("control", null, cancellationToken);
        await ControlSide.DeclareAsync(channel, instanceId, cancellationToken);
        return channel;
    }

    private async Task<IChannel> ChannelAsync(string name, CreateChannelOptions? options, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(options, cancellationToken);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            Lose($"the channel for {name} was closed: {reason.ReplyText}");
            return Task.CompletedTask;
        };
        return channel;
    }
}
