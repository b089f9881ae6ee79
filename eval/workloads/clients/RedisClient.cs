using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Ms2m.Clients;

/// <summary>One connection to Redis, request by request: each INCR must give exactly one more than the one before, and keys
/// that were set once must be there at the end.</summary>
/// <param name="keys">How many keys of 100 bytes to set before.</param>
public sealed class RedisClient(string host, int port = 6379, int keys = 0, TimeSpan? pause = null)
    : WorkloadClient(host, port, pause ?? TimeSpan.FromMilliseconds(5))
{
    private const int KeysAtOnce = 500;

    private RespConnection? _connection;
    private long _counter;

    protected override async Task OpenAsync(CancellationToken cancel)
    {
        _connection = new RespConnection(await ConnectAsync(cancel));
        for (var first = 0; first < keys; first += KeysAtOnce)
        {
            foreach (var answer in await _connection.AskAsync(Range(first).Select(key => $"SET key:{key} {Value(key)}"), cancel))
            {
                if (answer != "OK")
                {
                    throw new InvalidDataException($"Redis did not set a key: {answer}");
                }
            }
        }

        _counter = await CountAsync(_connection, "INCR", cancel);
    }

    protected override async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var now = await InTimeAsync(cancel => CountAsync(_connection!, "INCR", cancel));
                Judge(now, _counter + 1, _counter + 1);
                _counter = now;
                Seen.Answered();
                await RestAsync(stopping);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Seen.Broke(e.Message);
                await ReconnectAsync();
            }
        }
    }

    protected override async Task JudgeAsync(CancellationToken cancel)
    {
        for (var first = 0; first < keys; first += KeysAtOnce)
        {
            var there = await _connection!.AskAsync(Range(first).Select(key => $"GET key:{key}"), cancel);
            var missing = Range(first).Zip(there).Count(pair => pair.Second != Value(pair.First));
            if (missing > 0)
            {
                Seen.Lost(missing, $"{missing} keys from {first} on are not what they were set to");
            }
        }
    }

    protected override void Close() => _connection?.Dispose();

    /// <summary>Whether the request that got no answer was carried out cannot be known: one more or not is both right.</summary>
    private async Task ReconnectAsync()
    {
        _connection?.Dispose();
        _connection = new RespConnection(await ConnectAsync(CancellationToken.None));
        var now = await InTimeAsync(cancel => CountAsync(_connection, "GET", cancel));
        Judge(now, _counter, _counter + 1);
        _counter = now;
    }

    private void Judge(long now, long atLeast, long atMost)
    {
        if (now < atLeast)
        {
            Seen.Lost(atLeast - now, $"the counter is {now} and was to be {atLeast}");
        }
        else if (now > atMost)
        {
            Seen.Duplicated(now - atMost, $"the counter is {now} and was to be {atMost}");
        }
    }

    private IEnumerable<int> Range(int first) => Enumerable.Range(first, Math.Min(KeysAtOnce, keys - first));

    private static string Value(int key) =>
        string.Concat(Enumerable.Repeat(key.ToString("x8", CultureInfo.InvariantCulture), 12)) + "done";

    private static async Task<long> CountAsync(RespConnection connection, string verb, CancellationToken cancel)
    {
        var answer = (await connection.AskAsync([$"{verb} requests"], cancel))[0];
        return answer is null ? 0
            : long.TryParse(answer, CultureInfo.InvariantCulture, out var count) ? count
            : throw new InvalidDataException($"Redis answered {answer}");
    }

    /// <summary>As much of RESP as is needed: inline commands, and answers of one line or one string.</summary>
    private sealed class RespConnection(NetworkStream stream) : IDisposable
    {
        private readonly StreamReader _reader = new(stream, Encoding.ASCII);

        public async Task<List<string?>> AskAsync(IEnumerable<string> commands, CancellationToken cancel)
        {
            var asked = commands.ToList();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(asked.Select(command => command + "\r\n"))), cancel);
            var answers = new List<string?>();
            foreach (var _ in asked)
            {
                answers.Add(await ReadAsync(cancel));
            }

            return answers;
        }

        public void Dispose() => _reader.Dispose();

        private async Task<string?> ReadAsync(CancellationToken cancel)
        {
            var line = await LineAsync(cancel);
            return line[0] switch
            {
                '+' or ':' => line[1..],
                '$' when line == "$-1" => null,
                '$' => await LineAsync(cancel),
                _ => throw new InvalidDataException($"Redis answered {line}"),
            };
        }

        private async Task<string> LineAsync(CancellationToken cancel) =>
            await _reader.ReadLineAsync(cancel) is { Length: > 0 } line ? line : throw new IOException("Redis closed the connection");
    }
}
