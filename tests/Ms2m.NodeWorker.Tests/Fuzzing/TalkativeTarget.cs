using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Tests.Fuzzing;

/// <summary>A node with a good certificate that has been taken over: it answers every question with 100 MB.</summary>
internal sealed class TalkativeTarget : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TalkativeTarget(WebApplication app) => _app = app;

    public MutualTls Source { get; } = Node(TransferStage.SourceNode);

    public Uri Url => new(new Uri(_app.Urls.First()), "/checkpoints/x/1");

    public static async Task<TalkativeTarget> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback, 0, Node(TransferStage.TargetNode).Protect));
        var app = builder.Build();
        app.Run(async http =>
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            http.Response.ContentType = "application/json; charset=no-such";
            var much = new byte[1_000_000];
            for (var i = 0; i < 100 && !http.RequestAborted.IsCancellationRequested; i++)
                await http.Response.Body.WriteAsync(much, http.RequestAborted);
        });
        await app.StartAsync();
        return new TalkativeTarget(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static MutualTls Node(string name) => new(TestAuthority.Ours.Folder(name), name, NullLogger<MutualTls>.Instance);
}
