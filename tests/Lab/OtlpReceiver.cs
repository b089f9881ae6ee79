using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;

namespace Ms2m.Tests.Lab;

/// <summary>One span as it came over the wire.</summary>
/// <param name="Service">What the sender calls itself.</param>
/// <param name="Parent">Empty for a span without one.</param>
internal sealed record ReceivedSpan(
    string Service, string Source, string Trace, string Id, string Parent, string Name, ulong StartNano, ulong EndNano);

/// <summary>Takes spans by OTLP (http/protobuf), and reads of them what tests ask about.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    /// <param name="host">Where to listen: <c>127.0.0.1</c>, or <c>+</c> for every address.</param>
    public OtlpReceiver(string host = "127.0.0.1")
    {
        Port = FreePort();
        _listener.Prefixes.Add($"http://{host}:{Port}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port { get; }

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>What went wrong while it listened, if anything.</summary>
    public ConcurrentQueue<Exception> Troubles { get; } = new();

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext http;
            try
            {
                http = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                using var body = new MemoryStream();
                await using var sent = http.Request.Headers["Content-Encoding"] == "gzip"
                    ? new GZipStream(http.Request.InputStream, CompressionMode.Decompress)
                    : http.Request.InputStream;
                await sent.CopyToAsync(body);
                if (http.Request.Url?.AbsolutePath != "/v1/traces" || http.Request.ContentType != "application/x-protobuf")
                {
                    throw new InvalidDataException($"{http.Request.Url} {http.Request.ContentType}");
                }

                foreach (var span in OtlpMessage.Spans(body.ToArray()))
                {
                    Spans.Enqueue(span);
                }

                http.Response.ContentType = "application/x-protobuf";
                http.Response.StatusCode = 200;
            }
            catch (Exception unreadable)
            {
                Troubles.Enqueue(unreadable);
                http.Response.StatusCode = 400;
            }

            http.Response.Close();
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
