using Ms2m.Migrations;

namespace Ms2m.Engine.Api;

/// <summary>A body for the refusals that the framework makes by itself, before any endpoint: they too are a code, a
/// sentence and a remedy.</summary>
internal static class RefusalsSayWhy
{
    public static void UseRefusalsSayWhy(this WebApplication app) => app.UseStatusCodePages(async page =>
    {
        var response = page.HttpContext.Response;
        var why = response.StatusCode switch
        {
            StatusCodes.Status400BadRequest => "a parameter of the address has the wrong type, or the body is not the JSON that is asked for.",
            StatusCodes.Status415UnsupportedMediaType => "the Content-Type is not application/json.",
            _ => null,
        };
        if (why is not null)
        {
            await response.WriteAsJsonAsync(Failures.UnreadableRequest(why), page.HttpContext.RequestAborted);
        }
    });
}
