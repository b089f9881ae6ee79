using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Ms2m.Contracts;

namespace Ms2m.Engine.Api;

/// <summary>Lets through what comes from this machine, and from elsewhere what carries the token. Whether the engine lives
/// and is ready anybody may ask: that is how a cluster watches it.</summary>
internal static class TokenRequired
{
    private static readonly Failure _refused = new(
        "MS2M-1203", "The request has no valid API token.",
        "Send the header \"Authorization: Bearer …\" with the engine's MS2M_API_TOKEN; for the command line set MS2M_API_TOKEN.");

    // What a proxy adds, each kind of proxy something else.
    private static readonly string[] _passedOn =
        ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP"];

    public static void UseTokenRequired(this WebApplication app, string? token)
    {
        var expected = token is null ? null : Digest(token);
        app.Use(async (http, next) =>
        {
            if (IsOpenToAll(http.Request) || IsOfThisMachine(http) || Carries(http.Request, expected))
            {
                await next(http);
                return;
            }

            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Bearer";
            await http.Response.WriteAsJsonAsync(_refused, http.RequestAborted);
        });
    }

    private static bool IsOpenToAll(HttpRequest request) => request.Path.StartsWithSegments("/health", StringComparison.Ordinal);

    // What a proxy on this machine passes on comes from wherever the proxy's client is.
    private static bool IsOfThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from)
        && !_passedOn.Any(http.Request.Headers.ContainsKey);

    // Digests have one length, and are compared in one time, whatever was sent.
    private static bool Carries(HttpRequest request, byte[]? expected) =>
        expected is not null
        && AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var given)
        && given.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
        && given.Parameter is { } token
        && CryptographicOperations.FixedTimeEquals(Digest(token), expected);

    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
