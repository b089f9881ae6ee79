using System.Globalization;

namespace Ms2m.Engine.Tests.Api;

/// <summary>One line-by-line reader of text/event-stream, as the HTML standard describes it.</summary>
internal sealed class Listener(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public HttpResponseMessage Response => response;

    /// <summary>How many comments came.</summary>
    public int Comments { get; private set; }

    public static async Task<Listener> OpenAsync(HttpClient http, Uri url, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is { } known)
        {
            request.Headers.Add("Last-Event-ID", known.ToString(CultureInfo.InvariantCulture));
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new Listener(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event; null when the stream has ended.</summary>
    public async Task<Heard?> NextAsync()
    {
        var (id, type, data) = (0L, "message", "");
        using var limit = new CancellationTokenSource(_patience);
        while (await lines.ReadLineAsync(limit.Token) is { } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            switch (colon < 0 ? line : line[..colon])
            {
                case "" when line.Length > 0:
                    Comments++;
                    break;
                case "" when data.Length > 0:
                    return new Heard(id, type, data);
                case "id":
                    id = long.Parse(line[(colon + 2)..], CultureInfo.InvariantCulture);
                    break;
                case "event":
                    type = line[(colon + 2)..];
                    break;
                case "data":
                    data += line[(colon + 2)..];
                    break;
            }
        }

        return null;
    }

    /// <summary>A comment line, however long no event comes.</summary>
    public async Task CommentAsync(CancellationToken token)
    {
        while (await lines.ReadLineAsync(token) is { } line && !line.StartsWith(':'))
        {
        }
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}

/// <summary>One event as a listener got it.</summary>
internal sealed record Heard(long Id, string Type, string Data);
