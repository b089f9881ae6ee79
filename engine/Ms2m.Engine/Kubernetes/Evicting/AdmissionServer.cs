using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Ms2m.Contracts;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>The endpoint that the API server asks. A server of its own: nothing of the engine's API can be reached through it,
/// and it through nothing else.</summary>
internal sealed class AdmissionServer(
    KubernetesOptions options, EvictionHook hook, AdmissionCertificate certificate, AdmissionClients clients,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    public const string Path = "/evictions";

    private const int MaxBytes = 1 << 20;

    private WebApplication? _server;

    /// <summary>Where it listens, once it does.</summary>
    public Uri? Url => _server?.Urls.FirstOrDefault() is { } url ? new Uri(url) : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Admission is not { } admission)
        {
            return;
        }

        try
        {
            // Now and not at the first handshake: whoever starts us is to read of it.
            certificate.Current();
        }
        catch (IOException unusable)
        {
            throw new EngineOptionsException($"MS2M_ADMISSION_TLS: {unusable.Message}");
        }

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBytes;
            kestrel.Listen(IPAddress.Parse(admission.Listen.IdnHost), admission.Listen.Port, listen => listen.UseHttps(
                https =>
                {
                    https.ServerCertificateSelector = (_, _) => certificate.Current();
                    if (admission.ClientAuthority is { } authority)
                    {
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (client, _, _) => clients.Knows(client, authority);
                    }
                }));
        });
        _server = builder.Build();
        _server.MapPost(Path, ReviewAsync);
        _server.MapGet("/health", () => Results.Text("Healthy"));
        await _server.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? default;

    private async Task<IResult> ReviewAsync(HttpRequest http)
    {
        AdmissionReview? review;
        try
        {
            review = await JsonSerializer.DeserializeAsync<AdmissionReview>(http.Body, ContractJson.Options, http.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            review = null;
        }

        return review is { ApiVersion: AdmissionReview.Version, Request: { Uid.Length: > 0 } request }
            ? Results.Json(AdmissionReview.Answer(await hook.JudgeAsync(request, http.HttpContext.RequestAborted)), ContractJson.Options)
            : Results.BadRequest();
    }
}
