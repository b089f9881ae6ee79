using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Http;

/// <summary>Makes calls until they are answered for good.</summary>
internal sealed partial class Calls(ClientLimits limits, Repetition repetition, TimeProvider time, ILogger logger)
{
    private readonly Warnings _warnings = new();

    /// <param name="read">Of the body of an answer that grants it.</param>
    public async Task<ApiAnswer<T>> MakeAsync<T>(
        ServerLine line, ApiCall call, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var (failure, value) = await TryAsync(line, call, read, cancel);
            if (failure is null)
            {
                return value!;
            }

            if (repetition.Wait(call, failure, tries, time.GetElapsedTime(begun)) is not { } wait)
            {
                return failure.Problem;
            }

            LogAgain(call.Method, call.Target, failure.Problem.Code, failure.Problem.Message, wait);
            await Task.Delay(wait, time, cancel);
        }
    }

    private async Task<(Failure? Failure, T? Value)> TryAsync<T>(
        ServerLine line, ApiCall call, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancel)
    {
        var limit = call.Limit ?? limits.Call;
        using var over = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancel);
        try
        {
            using var answer = await line.SendAsync(call, either.Token);
            var body = await BoundedReading.AllAsync(answer.Content, limits.LargestAnswer, either.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return (new Failure(StatusReader.Read(answer.StatusCode, answer.Headers, body.Span, time), Reached.Answered), default);
            }

            Tell(call, answer.Headers);
            return (null, Understood(read, body));
        }
        catch (Exception thrown) when (!cancel.IsCancellationRequested && Failures.Of(thrown, limit) is not null)
        {
            return (Failures.Of(thrown, limit), default);
        }
    }

    private static T Understood<T>(Func<ReadOnlyMemory<byte>, T> read, ReadOnlyMemory<byte> body)
    {
        try
        {
            return read(body);
        }
        catch (InvalidOperationException strange)
        {
            // A list where an object was expected, a number where a text was: said by the reader as a mistake of ours.
            throw new JsonException("it is not of the form that it should have", strange);
        }
    }

    /// <summary>What the server did, but would rather not have: fields that it dropped, versions that will go.</summary>
    private void Tell(ApiCall call, HttpResponseHeaders headers)
    {
        foreach (var warning in _warnings.New(headers))
        {
            LogWarned(call.Method, call.Target, warning);
        }
    }

    [LoggerMessage(4001, LogLevel.Debug, "{Method} {Target} failed ({Code}: {Message}) and is made again in {Wait}")]
    private partial void LogAgain(HttpMethod method, string target, int code, string message, TimeSpan wait);

    [LoggerMessage(4002, LogLevel.Warning, "The Kubernetes server warns of {Method} {Target}: {Warning}")]
    private partial void LogWarned(HttpMethod method, string target, string warning);
}
