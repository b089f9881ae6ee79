using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http.Watching;

/// <summary>One watch, from one version on, until it ends in one way or another. It never throws for what a server or the
/// network does: <see cref="Problem"/> says it.</summary>
internal sealed class WatchRun<T>(
    ServerLine line, Kind<T> kind, string target, string version, ClientLimits limits, TimeProvider time) : IAsyncDisposable
    where T : KubernetesObject
{
    // The server ends it after limits.Watch. One that lives longer, and is quiet, is not alive.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _over = new(limits.Call, time);
    private HttpResponseMessage? _answer;
    private BoundedLines? _lines;

    /// <summary>From which the next one goes on; null when the server has forgotten what happened since.</summary>
    public string? Version { get; private set; } = version;

    /// <summary>Why it ended; null when the server ended it as agreed.</summary>
    public ApiProblem? Problem { get; private set; }

    /// <summary>Whether it brought anything at all.</summary>
    public bool WasOfUse { get; private set; }

    /// <returns>Null when it is over.</returns>
    public async ValueTask<Watched<T>?> NextAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, cancel);
        try
        {
            if (_lines is null && !await OpenAsync(either.Token))
            {
                return null;
            }

            while (await _lines!.NextAsync(either.Token) is { } text)
            {
                var happened = WatchEvent<T>.Read(text, kind);
                if (happened.Problem is not null)
                {
                    Failed(happened.Problem);
                    return null;
                }

                (WasOfUse, Version) = (true, happened.ResourceVersion ?? Version);
                if (happened.News is { } news)
                {
                    return news;
                }
            }
        }
        catch (Exception thrown) when (!cancel.IsCancellationRequested && Understood(thrown) is { } problem)
        {
            Failed(problem);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_lines is not null)
        {
            await _lines.DisposeAsync();
        }

        _answer?.Dispose();
        _over.Dispose();
    }

    private async Task<bool> OpenAsync(CancellationToken cancel)
    {
        _answer = await line.SendAsync(ApiCall.Get(target), cancel);
        if (!_answer.IsSuccessStatusCode)
        {
            var body = await BoundedReading.AllAsync(_answer.Content, limits.LargestAnswer, cancel);
            Failed(StatusReader.Read(_answer.StatusCode, _answer.Headers, body.Span, time));
            return false;
        }

        _over.CancelAfter(limits.Watch + _grace);
        _lines = new BoundedLines(await _answer.Content.ReadAsStreamAsync(cancel), limits.LargestEvent);
        return true;
    }

    private void Failed(ApiProblem problem)
    {
        Problem = problem;
        if (problem.Code == 410)
        {
            Version = null;
        }
    }

    private ApiProblem? Understood(Exception thrown) => thrown switch
    {
        // An event without what every event has.
        KeyNotFoundException or InvalidOperationException => new ApiProblem(0, ApiProblem.Unreadable, "An event of a watch has no type or no object."),
        _ => Failures.Of(thrown, _lines is null ? limits.Call : limits.Watch + _grace)?.Problem,
    };
}
