using Microsoft.Net.Http.Headers;
using Ms2m.Migrations;

namespace Ms2m.Engine.Api;

/// <summary>Refuses bodies in another character set than JSON's: the framework would fail on one that it does not know.</summary>
internal static class Utf8Only
{
    public static void UseUtf8Only(this WebApplication app) => app.Use(async (http, next) =>
    {
        if (MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            && type.Charset.HasValue
            && !type.Charset.Value.Trim('"').Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            await http.Response.WriteAsJsonAsync(
                Failures.UnreadableRequest("JSON is UTF-8; the Content-Type names another character set."), http.RequestAborted);
            return;
        }

        await next(http);
    });
}
