using Ms2m.Engine.Hosting;
using RabbitMQ.Client;

namespace Ms2m.Engine.Broker;

/// <summary>The engine's own connection beside MassTransit's, for queues that are no endpoints: R, J, fences, plain
/// requests. Opened when first needed and again when it was lost.</summary>
public sealed class BrokerConnection(EngineOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConnectionFactory _factory = new()
    {
        Uri = options.Broker,
        ClientProvidedName = "ms2m-engine",
        AutomaticRecoveryEnabled = false,
    };

    private IConnection? _connection;

    /// <summary>The virtual host that an address names; <c>/</c> when it names none.</summary>
    public static string VirtualHost(Uri broker) =>
        broker.AbsolutePath.TrimStart('/') is { Length: > 0 } path ? Uri.UnescapeDataString(path) : "/";

    /// <summary>A channel of the caller's own; with confirms, so that an awaited publish is with the broker.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker does not answer.</exception>
    public async Task<IChannel> ChannelAsync(CancellationToken token)
    {
        await _gate.WaitAsync(token);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                await CloseAsync();
                _connection = await _factory.CreateConnectionAsync(token);
            }

            return await _connection.CreateChannelAsync(new CreateChannelOptions(true, true), token);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _gate.Dispose();
    }

    private async ValueTask CloseAsync()
    {
        if (_connection is { } old)
        {
            _connection = null;
            await old.DisposeAsync();
        }
    }
}
