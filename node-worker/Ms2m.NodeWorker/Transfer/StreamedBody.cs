using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A request's body that is as long and comes as slowly as memory on its way does.</summary>
internal static class StreamedBody
{
    /// <summary>Who reads it limits the size, and a dump may well take longer than Kestrel's patience with slow senders.</summary>
    public static void Expect(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
