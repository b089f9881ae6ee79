using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Ms2m.Engine.Api;

/// <summary>One event on its way to a listener.</summary>
/// <param name="Id">What the listener sends as Last-Event-ID when it comes back.</param>
internal sealed record SentEvent(long Id, string Type, object Body);

/// <summary>Writes text/event-stream, as the HTML standard has it: what comes, when it comes, and a comment while nothing
/// does, so that neither side nor a proxy between takes the silence for the end.</summary>
internal sealed class ServerSentEvents(
    IAsyncEnumerable<SentEvent> events, IHostApplicationLifetime host, IOptions<JsonOptions> json, TimeProvider time) : IResult
{
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(15);

    /// <summary>How soon a listener that lost the connection shall come back.</summary>
    private const int RetryMs = 1000;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        // nginx would gather a few kilobytes first.
        response.Headers["X-Accel-Buffering"] = "no";
        // A listener that never leaves must not hold up the end of the engine.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, host.ApplicationStopping);
        try
        {
            await response.WriteAsync($"retry: {RetryMs}\n\n", ending.Token);
            await response.Body.FlushAsync(ending.Token);
            await WriteAllAsync(response, ending.Token);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Gone, or going.
        }
        catch (NpgsqlException away) when (StoreAway.IsAway(away))
        {
            // The listener comes back, with the id of what it has.
        }
    }

    private async Task WriteAllAsync(HttpResponse response, CancellationToken token)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(token);
        await using var source = events.GetAsyncEnumerator(leaving.Token);
        var next = Task.FromResult(true);
        try
        {
            while (true)
            {
                next = source.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    // Many at a time while there are many, and at once when there is one.
                    await response.Body.FlushAsync(token);
                    await KeepAliveUntilAsync(next, response, token);
                }

                if (!await next)
                {
                    return;
                }

                await WriteAsync(response, source.Current, token);
            }
        }
        finally
        {
            // What is being read must have ended before its reader is disposed of.
            await leaving.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task KeepAliveUntilAsync(Task next, HttpResponse response, CancellationToken token)
    {
        while (true)
        {
            await next.WaitAsync(_silence, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (next.IsCompleted)
            {
                return;
            }

            await response.WriteAsync(": nothing new\n\n", token);
            await response.Body.FlushAsync(token);
        }
    }

    private async Task WriteAsync(HttpResponse response, SentEvent one, CancellationToken token)
    {
        // JSON without indentation holds no line break, which would end the field.
        var data = JsonSerializer.Serialize(one.Body, one.Body.GetType(), json.Value.SerializerOptions);
        await response.WriteAsync($"id: {one.Id}\nevent: {one.Type}\ndata: {data}\n\n", token);
    }
}
