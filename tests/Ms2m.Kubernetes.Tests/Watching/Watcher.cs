using System.Collections.Concurrent;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Watching;

/// <summary>Watches until the server has been asked for all that it expects.</summary>
internal static class Watcher
{
    public static string List(string version, params string[] items) =>
        $$$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}"},"items":[{{{string.Join(',', items)}}}]}""";

    public static string Pod(string name, string version) =>
        $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}","namespace":"tr","resourceVersion":"{{{version}}}"}}""";

    public static string Event(string type, string what) => $$"""{"type":"{{type}}","object":{{what}}}""";

    public static string Bookmark(string version) => Event("BOOKMARK", Pod("", version));

    public static Exchange Listing(string version, params string[] items) =>
        Exchange.Get("/api/v1/namespaces/tr/pods", Answer.Json(200, List(version, items)));

    public static Exchange Watch(string version, Answer answer) =>
        Exchange.Get($"/api/v1/namespaces/tr/pods?watch=1&resourceVersion={version}", answer);

    /// <summary>A watch that brings nothing any more: the last of what a test expects.</summary>
    public static Exchange Quiet(string version) => Watch(version, Answer.Events() with { Ending = Ending.Silent });

    /// <summary>Why a watch ends by itself.</summary>
    public static async Task<ApiProblem> RefusalAsync<T>(KubernetesClient client, Kind<T> kind, Selection which)
        where T : KubernetesObject
    {
        var refused = await Assert.ThrowsAsync<KubernetesRefusedException>(async () =>
        {
            await foreach (var _ in client.WatchAsync(kind, which, default))
            {
                // Until it is refused.
            }
        });
        Assert.Equal(refused.Problem.Message, refused.Message);
        return refused.Problem;
    }

    public static Task<IReadOnlyList<string>> PodsAsync(PlaybackServer server, KubernetesClient client) =>
        AllAsync(server, client, Kinds.Pods, new Selection("tr"), news => $"{news.Kind} {news.What?.Metadata.Name}".Trim());

    public static async Task<IReadOnlyList<TTold>> AllAsync<T, TTold>(
        PlaybackServer server, KubernetesClient client, Kind<T> kind, Selection which, Func<Watched<T>, TTold> told)
        where T : KubernetesObject
    {
        var all = new ConcurrentQueue<TTold>();
        using var enough = new CancellationTokenSource();
        var watching = WatchAsync();
        await Task.WhenAny(server.AllAsked, watching);
        await enough.CancelAsync();
        await watching;
        return [.. all];

        async Task WatchAsync()
        {
            try
            {
                await foreach (var news in client.WatchAsync(kind, which, enough.Token))
                {
                    all.Enqueue(told(news));
                }
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // As wished.
            }
        }
    }
}
