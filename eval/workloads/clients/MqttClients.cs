using System.Net.Sockets;

namespace Ms2m.Clients;

/// <summary>A publisher and a subscriber of one broker, each with a connection of its own, with QoS 1: every number that was
/// confirmed to the one must come to the other, once while nothing breaks, and in its order.</summary>
public sealed class MqttClients(string host, int port = 1883, TimeSpan? pause = null)
    : WorkloadClient(host, port, pause ?? TimeSpan.FromMilliseconds(5))
{
    private const string Topic = "numbers";

    private readonly string _name = Guid.NewGuid().ToString("N")[..16];
    private readonly HashSet<long> _came = [];
    private readonly CancellationTokenSource _reading = new();
    private MqttConnection? _publisher;
    private MqttConnection? _subscriber;
    private Task _receiving = Task.CompletedTask;
    private long _confirmed;
    private long _last;

    protected override async Task OpenAsync(CancellationToken cancel)
    {
        await OpenSubscriberAsync(cancel);
        await OpenPublisherAsync(cancel);
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        _receiving = ReceiveAsync(_reading.Token);
        var again = false;
        while (!stopping.IsCancellationRequested || again)
        {
            try
            {
                var number = _confirmed + 1;
                await InTimeAsync(cancel => _publisher!.PublishAsync(Topic, (ushort)(1 + (number % 60_000)), number, again, cancel));
                _confirmed = number;
                again = false;
                await RestAsync(stopping);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Seen.Broke($"the publisher's: {e.Message}");
                again = true;
                await OpenPublisherAsync(CancellationToken.None);
            }
        }
    }

    protected override async Task JudgeAsync(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (Interlocked.Read(ref _last) < _confirmed && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(5))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancel);
        }

        await _reading.CancelAsync();
        await _receiving;
        var missing = _confirmed - _came.LongCount(number => number <= _confirmed);
        if (missing > 0)
        {
            Seen.Lost(missing, $"{missing} of {_confirmed} confirmed messages did not come");
        }
    }

    protected override void Close()
    {
        _reading.Cancel();
        _publisher?.Dispose();
        _subscriber?.Dispose();
        _reading.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var (number, again) = await _subscriber!.ReceiveAsync(stopping);
                Judge(number, again);
                Interlocked.Exchange(ref _last, number);
                Seen.Answered();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Seen.Broke($"the subscriber's: {e.Message}");
                await OpenSubscriberAsync(stopping);
            }
        }
    }

    private void Judge(long number, bool again)
    {
        if (!_came.Add(number))
        {
            Seen.Duplicated(1, $"message {number} came more than once{(again ? ", marked as such" : "")}");
        }
        else if (number < _last)
        {
            Seen.Duplicated(0, $"message {number} came after {_last}");
        }
    }

    private async Task OpenPublisherAsync(CancellationToken cancel)
    {
        _publisher?.Dispose();
        _publisher = new MqttConnection(await ConnectAsync(cancel));
        await _publisher.OpenAsync($"pub-{_name}", keepsSession: false, cancel);
    }

    private async Task OpenSubscriberAsync(CancellationToken cancel)
    {
        _subscriber?.Dispose();
        _subscriber = new MqttConnection(await ConnectAsync(cancel));
        await _subscriber.OpenAsync($"sub-{_name}", keepsSession: true, cancel);
        await _subscriber.SubscribeAsync(Topic, cancel);
    }
}
