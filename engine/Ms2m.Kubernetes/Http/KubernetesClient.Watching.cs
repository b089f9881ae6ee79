using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http.Watching;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http;

public sealed partial class KubernetesClient
{
    public async IAsyncEnumerable<Watched<T>> WatchAsync<T>(Kind<T> kind, Selection which, [EnumeratorCancellation] CancellationToken cancel)
        where T : KubernetesObject
    {
        var pace = new WatchPace(Random.Shared.NextDouble);
        while (true)
        {
            var list = await ListAsync(kind, which, cancel);
            if (list.Problem is { } problem)
            {
                await AfterAsync(kind, pace, problem, cancel);
                continue;
            }

            yield return new Watched<T>(WatchedKind.Restarted, null);
            foreach (var one in list.Value.Items)
            {
                yield return new Watched<T>(WatchedKind.Present, one);
            }

            yield return new Watched<T>(WatchedKind.Synchronized, null);
            var version = list.Value.ResourceVersion;
            while (version is not null)
            {
                await using var run = new WatchRun<T>(_line, kind, WatchTarget(kind, which, version), version, _limits, _time);
                var begun = _time.GetTimestamp();
                while (await run.NextAsync(cancel) is { } news)
                {
                    yield return news;
                }

                version = run.Version;
                var asAgreed = run.WasOfUse || _time.GetElapsedTime(begun) >= _limits.Watch / 2;
                if (asAgreed)
                {
                    pace.WentWell();
                }

                if (run.Problem is not null || !asAgreed)
                {
                    await AfterAsync(kind, pace, run.Problem, cancel);
                }

                version = pace.Failures >= WatchPace.Hopeless ? null : version;
            }
        }
    }

    /// <exception cref="KubernetesRefusedException">It will not be otherwise the next time.</exception>
    private async Task AfterAsync<T>(Kind<T> kind, WatchPace pace, ApiProblem? problem, CancellationToken cancel)
        where T : KubernetesObject
    {
        if (problem is { IsPassing: false, Code: not 410 })
        {
            throw new KubernetesRefusedException(problem);
        }

        var wait = pace.Failed(problem?.RetryAfter);
        if (problem is { Code: not 410 })
        {
            LogWatchFailed(kind.Plural, problem.Code, problem.Message, wait);
        }

        await Task.Delay(wait, _time, cancel);
    }

    private string WatchTarget<T>(Kind<T> kind, Selection which, string version)
        where T : KubernetesObject =>
        ResourcePath.Of(kind, which.Namespace).Value + new Query().Add("watch", "1").Add(which).Add("allowWatchBookmarks", "true")
            .Add("timeoutSeconds", ((long)_limits.Watch.TotalSeconds).ToString(CultureInfo.InvariantCulture))
            .Add("resourceVersion", version);

    [LoggerMessage(4003, LogLevel.Warning, "The watch of {Kind} failed ({Code}: {Message}) and is resumed in {Wait}")]
    private partial void LogWatchFailed(string kind, int code, string message, TimeSpan wait);
}
