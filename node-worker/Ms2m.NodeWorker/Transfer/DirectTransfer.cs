using System.Net;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>One HTTP request from worker to worker; its connection is opened while the dump is being made, its body
/// follows the dump. Sending during the dump was tried and left: it takes processor time from CRIU while the source
/// stands still, and needs a body in chunks, which the target has to copy once more. After a break the target is asked
/// what it has and the rest is sent.</summary>
public sealed class DirectTransfer(ITransferSecurity security, TimeProvider time, ILogger<DirectTransfer> logger) : ICheckpointTransfer
{
    private const int MaxAnswer = 2 * 1024 * 1024;
    private const int MaxReason = 1000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Asking = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] Pauses =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(1600)];

    public async Task<Outcome<Sent>> SendAsync(
        TransferOrder order, string folder, Task<Outcome<Dump>> dump, CancellationToken cancel)
    {
        using var outgoing = new OutgoingCheckpoint(folder, order.MaxBytes, time);
        if (order.Url.Scheme != security.Scheme)
        {
            return NodeFailures.TargetNotProven(
                order.TargetNode, $"it takes checkpoints by {order.Url.Scheme}, this node sends by {security.Scheme}.");
        }
        if (security.Problem() is { } problem)
            return NodeFailures.OwnCertificateUnfit(problem);
        using var http = security.OpenClient();
        // All that a target says is short.
        http.MaxResponseContentBufferSize = MaxAnswer;
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Limit);
        try
        {
            var since = time.GetTimestamp();
            // Nothing is learned from it but that the connection is there when the first byte wants to go.
            await AskAsync(http, order, limited.Token);
            if (await dump.WaitAsync(limited.Token) is { Failed: true } dumped)
                return dumped.Trouble!;
            if (outgoing.IsTooLarge())
                return NodeFailures.TooLarge(order.MaxBytes);
            for (var attempt = 0; ; attempt++)
            {
                var outcome = await PutAsync(http, order, outgoing, resume: attempt > 0, limited.Token);
                if (!outcome.Failed)
                {
                    var took = time.GetElapsedTime(outgoing.FirstByteAt ?? since).TotalMilliseconds;
                    return new Sent(outgoing.Bytes, outgoing.Digest, took);
                }
                if (!outcome.Trouble.Retryable || attempt == Pauses.Length)
                    return outcome.Trouble;
                TransferLog.Broke(logger, order.Url.AbsolutePath, attempt + 1, outcome.Trouble.Reason.Message);
                await Task.Delay(Pauses[attempt], time, limited.Token);
                outgoing.ContinueFrom(await AskAsync(http, order, limited.Token));
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NodeFailures.TookTooLong("The transfer", Limit);
        }
    }

    private static async Task<Outcome<Done>> PutAsync(
        HttpClient http, TransferOrder order, OutgoingCheckpoint outgoing, bool resume, CancellationToken cancel)
    {
        using var request = Request(HttpMethod.Put, order);
        using var content = new StreamedContent(outgoing.LengthAhead(), outgoing.WriteToAsync, cancel);
        request.Content = content;
        // The body waits for the target's word, so that a refused sender does not send secrets first.
        request.Headers.ExpectContinue = true;
        if (resume)
            request.Headers.Add(TransferHeaders.Resume, "1");
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel);
            if (response.IsSuccessStatusCode)
                return Done.It;
            var refusal = await ReadRefusalAsync(response, cancel);
            return refusal;
        }
        catch (HttpRequestException e)
        {
            cancel.ThrowIfCancellationRequested();
            if (e.HttpRequestError == HttpRequestError.SecureConnectionError)
                return NodeFailures.TargetNotProven(order.TargetNode, e.InnerException?.Message ?? e.Message);
            return NodeFailures.TransferBroke(e.Message);
        }
        catch (IOException e)
        {
            return NodeFailures.TransferBroke(e.Message);
        }
    }

    /// <summary>What the target has of each file; nothing when it does not know.</summary>
    private static async Task<IReadOnlyDictionary<string, long>> AskAsync(
        HttpClient http, TransferOrder order, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(Asking);
        try
        {
            using var request = Request(HttpMethod.Get, order);
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

    private static HttpRequestMessage Request(HttpMethod method, TransferOrder order)
    {
        var request = new HttpRequestMessage(method, order.Url) { Version = HttpVersion.Version11 };
        // Whose certificate must be shown: the node's, by whatever address it is reached.
        request.Headers.Host = order.TargetNode;
        request.Headers.TryAddWithoutValidation("Authorization", TransferToken.Header(order.Token));
        return request;
    }

    private static async Task<Trouble> ReadRefusalAsync(HttpResponseMessage response, CancellationToken cancel)
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
        long length, Func<Stream, CancellationToken, Task> write, CancellationToken cancel) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream, cancel);

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) => write(stream, cancellationToken);

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}

internal static class TransferHeaders
{
    /// <summary>On a PUT: go on from what is there instead of beginning anew.</summary>
    public const string Resume = "Ms2m-Resume";
}
