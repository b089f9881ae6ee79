using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Tests.Transfer.Registry;

/// <summary>A registry that keeps everything in a dictionary, and can be told to be wicked.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private static readonly string Authorization = $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes("ms2m:secret"))}";

    private readonly WebApplication _app;

    private FakeRegistry(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, byte[]> Stored { get; } = new();

    /// <summary>Everything that was ever asked for, by method.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What is given in place of what is stored.</summary>
    public Func<string, byte[], byte[]> Give { get; set; } = (_, content) => content;

    /// <summary>What it does not delete.</summary>
    public ConcurrentDictionary<string, bool> Stuck { get; } = new();

    /// <summary>Where uploads are said to go; here when null.</summary>
    public string? UploadsGoTo { get; set; }

    public RegistryPlace Place => new(new Uri($"{_app.Urls.First()}/lab"), "ms2m", "secret", null);

    public static async Task<FakeRegistry> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var registry = new FakeRegistry(app);
        app.Run(registry.AnswerAsync);
        await app.StartAsync();
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        Asked.Enqueue($"{http.Request.Method} {path}");
        if (http.Request.Headers.Authorization != Authorization)
        {
            http.Response.StatusCode = 401;
            return;
        }
        switch (http.Request.Method)
        {
            case "POST":
                http.Response.StatusCode = 202;
                http.Response.Headers.Location = UploadsGoTo ?? "/v2/lab/checkpoints/blobs/uploads/1?state=x";
                break;
            case "PUT":
                using (var content = new MemoryStream())
                {
                    await http.Request.Body.CopyToAsync(content);
                    var digest = http.Request.Query["digest"].ToString() is { Length: > 0 } named ? named : path.Split('/')[^1];
                    Stored[digest] = content.ToArray();
                }
                http.Response.StatusCode = 201;
                break;
            case "DELETE":
                http.Response.StatusCode = Stuck.ContainsKey(path.Split('/')[^1]) ? 500 : Stored.TryRemove(path.Split('/')[^1], out _) ? 202 : 404;
                break;
            default:
                if (path == "/v2/")
                    break;
                if (!Stored.TryGetValue(path.Split('/')[^1], out var stored))
                {
                    http.Response.StatusCode = 404;
                    break;
                }
                var given = Give(path, stored);
                http.Response.ContentLength = given.Length;
                await http.Response.Body.WriteAsync(given);
                break;
        }
    }
}
