using System.Net;
using System.Net.Http.Headers;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Delta;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>The worker at the other end, as a sender talks to it: one address, one token, one connection or a few.</summary>
internal sealed class TargetPeer(HttpClient http, TransferOrder order)
{
    private const int MaxReason = 1000;

    private static readonly TimeSpan Asking = TimeSpan.FromSeconds(5);

    /// <summary>The hashes of a gigabyte are two megabytes, and the wire may be slow.</summary>
    private static readonly TimeSpan Listing = TimeSpan.FromSeconds(30);

    /// <param name="below">Part of the path below the checkpoint's; empty for itself.</param>
    /// <param name="length">Of what will be written; null when only writing tells.</param>
    public async Task<Outcome<Done>> PutAsync(
        string below, long? length, Func<Stream, CancellationToken, Task> write, Action<HttpRequestHeaders> headers,
        CancellationToken cancel)
    {
        using var request = Request(HttpMethod.Put, below);
        using var content = new StreamedContent(length, write, cancel);
        request.Content = content;
        // The body waits for the target's word, so that a refused sender does not send secrets first.
        request.Headers.ExpectContinue = true;
        headers(request.Headers);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
            return response.IsSuccessStatusCode ? Done.It : await ReadRefusalAsync(response, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            if (e is HttpRequestException)
                cancel.ThrowIfCancellationRequested();
            return TroubleOf(order, e);
        }
    }

    /// <summary>Has the target fetch a checkpoint from the registry; gives what it has then.</summary>
    public async Task<Outcome<CompleteCheckpoint>> HavePulledAsync(PullOrder pull, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Put, TransferEndpoint.Pull);
            request.Content = JsonContent.Create(pull, options: ContractJson.Options);
            // Of known length: the target looks at that first.
            await request.Content.LoadIntoBufferAsync(cancel);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
            if (!response.IsSuccessStatusCode)
                return await ReadRefusalAsync(response, cancel);
            return await response.Content.ReadFromJsonAsync<CompleteCheckpoint>(ContractJson.Options, cancel)
                is { } complete ? complete : NodeFailures.TransferRefused("it does not say what it has");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Text.Json.JsonException)
        {
            cancel.ThrowIfCancellationRequested();
            return NodeFailures.TransferBroke(e.Message);
        }
    }

    /// <summary>Why nobody answers at its address; null when somebody does, whatever he says.</summary>
    public async Task<Trouble?> ReachAsync(CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Asking);
        try
        {
            using var request = Request(HttpMethod.Get, "");
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return TroubleOf(order, e);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TransferBroke("nobody answers at its address");
        }
    }

    /// <summary>What the target has of each file; nothing when it does not know.</summary>
    public async Task<IReadOnlyDictionary<string, long>> AskAsync(CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Asking);
        try
        {
            using var request = Request(HttpMethod.Get, "");
            using var response = await http.SendAsync(request, limited.Token);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadFromJsonAsync<Dictionary<string, long>>(
                    ContractJson.Options, limited.Token) ?? [];
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException
            or NotSupportedException or System.Text.Json.JsonException)
        {
            // The next PUT says it better.
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // As above.
        }
        return new Dictionary<string, long>();
    }

    /// <summary>Which pages of the workload the target has already, and what telling it cost.</summary>
    public async Task<Outcome<(IReadOnlyList<PageList> Lists, long WireBytes)>> PagesAsync(CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Listing);
        try
        {
            using var request = Request(HttpMethod.Get, TransferEndpoint.Pages);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
            if (!response.IsSuccessStatusCode)
                return NodeFailures.TransferRefused($"HTTP {(int)response.StatusCode}");
            var lists = await PageList.ReadAllAsync(await response.Content.ReadAsStreamAsync(limited.Token), limited.Token);
            return (lists, lists.Sum(list => list.Pages * sizeof(ulong)));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            return NodeFailures.TransferBroke(e.Message);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TookTooLong("Asking the target what it has", Listing);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string below) => RequestOf(order, method, below);

    internal static HttpRequestMessage RequestOf(TransferOrder order, HttpMethod method, string below)
    {
        var url = below.Length == 0 ? order.Url : new UriBuilder(order.Url) { Path = $"{order.Url.AbsolutePath}/{below}" }.Uri;
        var request = new HttpRequestMessage(method, url) { Version = HttpVersion.Version11 };
        // Whose certificate must be shown: the node's, by whatever address it is reached.
        request.Headers.Host = order.TargetNode;
        request.Headers.TryAddWithoutValidation("Authorization", TransferToken.Header(order.Token));
        return request;
    }

    /// <summary>What a request that got no answer met.</summary>
    internal static Trouble TroubleOf(TransferOrder order, Exception met) =>
        met is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? NodeFailures.TargetNotProven(order.TargetNode, met.InnerException?.Message ?? met.Message)
            : NodeFailures.TransferBroke(met.Message);

    internal static async Task<Trouble> ReadRefusalAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync<Trouble>(ContractJson.Options, cancel) is { } said && IsOurs(said))
                return said;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or IOException or HttpRequestException
            or InvalidOperationException or NotSupportedException)
        {
            // Not one of our answers; its status must do.
        }
        return NodeFailures.TransferRefused($"HTTP {(int)response.StatusCode}");
    }

    /// <summary>What goes into an event and before a person must look like one of our sentences.</summary>
    private static bool IsOurs(Trouble said) =>
        said.Reason is { Code: { Length: < 20 } code, Message: { Length: < MaxReason }, Remedy: { Length: < MaxReason } }
        && code.StartsWith("MS2M-", StringComparison.Ordinal);

    /// <summary>A body of known length costs the target one copy of it less than one in chunks.</summary>
    private sealed class StreamedContent(
        long? length, Func<Stream, CancellationToken, Task> write, CancellationToken cancel) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream, cancel);

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) => write(stream, cancellationToken);

        protected override bool TryComputeLength(out long computed)
        {
            computed = length ?? 0;
            return length is not null;
        }
    }
}
