using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Http;

public sealed partial class KubernetesClient
{
    public async Task<ApiAnswer<ObjectList<T>>> ListAsync<T>(Kind<T> kind, Selection which, CancellationToken cancel)
        where T : KubernetesObject
    {
        var path = ResourcePath.Of(kind, which.Namespace);
        if (path.Problem is { } problem)
        {
            return problem;
        }

        var list = await PagesAsync(kind, path.Value, which, _limits.PageSize, cancel);
        // The state that the pages were of has been forgotten while we read: once more, all at once.
        return list.Problem is { Code: 410 } ? await PagesAsync(kind, path.Value, which, limit: null, cancel) : list;
    }

    private async Task<ApiAnswer<ObjectList<T>>> PagesAsync<T>(Kind<T> kind, string path, Selection which, int? limit, CancellationToken cancel)
        where T : KubernetesObject
    {
        var items = new List<T>();
        string? more = null, version = null;
        do
        {
            var query = new Query().Add("limit", limit?.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .Add("continue", more).Add(which);
            var page = await _calls.MakeAsync(_line, ApiCall.Get(path + query), body => ListPage.Read(body.Span, kind, items), cancel);
            if (page.Problem is { } problem)
            {
                return problem;
            }

            (more, version) = (page.Value.Continue, version ?? page.Value.ResourceVersion);
        }
        while (more is { Length: > 0 });
        return new ObjectList<T>(version, items);
    }
}
