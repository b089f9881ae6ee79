using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Ms2m.Publisher;

/// <summary>Several publishers at a steady rate, with a ledger of all they did. They outlive a broker's restart.</summary>
public sealed class PublisherFleet(PublisherOptions options) : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a stopped publisher waits for a broker that is gone.</summary>
    private static readonly TimeSpan GivenUp = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim connecting = new(1);
    private IConnection? connection;
    private double ratePerSecond = options.RatePerSecond;
    private long begun;

    public Ledger Ledger { get; } = new(options.LedgerFile);

    /// <summary>May be changed while they run.</summary>
    public double RatePerSecond
    {
        get => Volatile.Read(ref ratePerSecond);
        set => Volatile.Write(ref ratePerSecond, value);
    }

    /// <summary>Publishes until the token is cancelled or the count is reached; then every publisher still brings its last
    /// message to a known end, so that no confirmed message is missing in the ledger.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await Task.WhenAll(Enumerable.Range(1, options.Publishers).Select(n => PublishAllAsync(n, cancellationToken)));
        if (connection is not null)
        {
            await connection.DisposeAsync();
            connection = null;
        }
    }

    public void Dispose()
    {
        Ledger.Dispose();
        connecting.Dispose();
    }

    private async Task PublishAllAsync(int number, CancellationToken stop)
    {
        var publisher = $"{options.Prefix}{number}";
        var pace = new Pace(
            () => RatePerSecond / options.Publishers,
            options.Poisson ? new Random(StringComparer.Ordinal.GetHashCode(publisher)) : null);
        IChannel? channel = null;
        for (var seq = 1L; !stop.IsCancellationRequested; seq++)
        {
            try
            {
                await pace.NextAsync(stop);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            if (options.Count > 0 && Interlocked.Increment(ref begun) > options.Count)
            {
                break;
            }
            channel = await PublishOneAsync(publisher, seq, channel, stop);
        }
    }

    /// <summary>One message until its outcome is known. Nothing of this publisher goes out before, so its order holds.</summary>
    private async Task<IChannel?> PublishOneAsync(string publisher, long seq, IChannel? channel, CancellationToken stop)
    {
        var body = OrderMessage.Create(publisher, seq, options).ToJson();
        var properties = new BasicProperties { Persistent = true, ContentType = "application/json" };
        if (!options.OmitMessageIds)
        {
            properties.MessageId = $"{publisher}-{seq}";
        }
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        var publishedAt = DateTimeOffset.UtcNow;
        DateTimeOffset? stoppedAt = null;
        for (var attempts = 0; ;)
        {
            try
            {
                channel ??= await OpenChannelAsync(CancellationToken.None);
                attempts++;
                await channel.BasicPublishAsync(options.Exchange, $"order.{publisher}", mandatory: false, properties, body, CancellationToken.None);
                Note(Outcome.Confirmed, DateTimeOffset.UtcNow, attempts);
                return channel;
            }
            catch (PublishException)
            {
                Note(Outcome.Failed, null, attempts);
                return channel;
            }
            catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException or IOException
                or BrokerUnreachableException or OperationCanceledException or TimeoutException or ObjectDisposedException)
            {
                channel = null;
                stoppedAt ??= stop.IsCancellationRequested ? DateTimeOffset.UtcNow : null;
                if (stoppedAt + GivenUp < DateTimeOffset.UtcNow)
                {
                    Note(Outcome.Unknown, null, attempts);
                    return null;
                }
                await Task.Delay(Again, CancellationToken.None);
            }
        }

        void Note(Outcome outcome, DateTimeOffset? confirmedAt, int attempts) => Ledger.Add(new LedgerEntry(
            publisher, seq, properties.MessageId, digest, publishedAt, confirmedAt, outcome, attempts));
    }

    private async Task<IChannel> OpenChannelAsync(CancellationToken cancellationToken)
    {
        await connecting.WaitAsync(cancellationToken);
        try
        {
            if (connection is not { IsOpen: true })
            {
                var factory = new ConnectionFactory
                {
                    Uri = options.BrokerUri,
                    ClientProvidedName = "publishers",
                    AutomaticRecoveryEnabled = false,
                };
                connection = await factory.CreateConnectionAsync(cancellationToken);
            }
            var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancellationToken);
            await channel.ExchangeDeclareAsync(options.Exchange, ExchangeType.Topic, durable: true, cancellationToken: cancellationToken);
            return channel;
        }
        finally
        {
            connecting.Release();
        }
    }
}
