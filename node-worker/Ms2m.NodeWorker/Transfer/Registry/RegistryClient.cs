using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>The few words of the OCI distribution API (version 2) that a checkpoint needs, with a name and a password in
/// every request.</summary>
internal sealed class RegistryClient : IDisposable
{
    private const int MaxManifest = 256 * 1024;

    private readonly RegistryPlace _place;
    private readonly HttpClient _http;

    public RegistryClient(RegistryPlace place)
    {
        _place = place;
        var handler = TransferClient.Handler();
        if (place.Authorities is { } file)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trust(file) };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxManifest };
        if (place.User is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{place.User}:{place.Password}")));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Null when the registry is there and lets us in.</summary>
    public Task<Trouble?> PingAsync(CancellationToken cancel) => SayAsync(HttpMethod.Get, new Uri(_place.Address, "/v2/"), null, cancel);

    public async Task<Trouble?> PushAsync(Blob blob, Stream content, PacedWire wire, CancellationToken cancel)
    {
        var started = await SendAsync(HttpMethod.Post, At("blobs/uploads/"), new ByteArrayContent([]), cancel);
        if (started.Failed)
            return started.Trouble;
        using var answer = started.Value;
        if (answer.StatusCode != HttpStatusCode.Accepted || answer.Headers.Location is not { } location)
            return Refused("take an upload", answer);
        var upload = new UriBuilder(new Uri(_place.Address, location));
        // The password goes nowhere else.
        if (upload.Uri.GetLeftPart(UriPartial.Authority) != _place.Address.GetLeftPart(UriPartial.Authority))
            return NodeFailures.RegistryRefused(_place.Address, "take an upload", "it wants it sent elsewhere");
        upload.Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(blob.Digest)}".TrimStart('&');
        return await SayAsync(HttpMethod.Put, upload.Uri, new PacedContent(content, blob.Size, wire, cancel), cancel);
    }

    public Task<Trouble?> PushManifestAsync(CheckpointImage image, CancellationToken cancel)
    {
        var content = new ByteArrayContent(image.ManifestBytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(CheckpointImage.ManifestType);
        return SayAsync(HttpMethod.Put, At($"manifests/{image.Manifest.Digest}"), content, cancel);
    }

    public async Task<Outcome<byte[]>> PullManifestAsync(string digest, CancellationToken cancel)
    {
        var got = await SendAsync(HttpMethod.Get, At($"manifests/{digest}"), null, cancel);
        if (got.Failed)
            return got.Trouble;
        using var answer = got.Value;
        if (answer.StatusCode != HttpStatusCode.OK)
            return Refused("give a manifest", answer);
        if (answer.Content.Headers.ContentLength is not <= MaxManifest)
            return NodeFailures.ArchiveRefused("image", "its manifest is too long");
        return await answer.Content.ReadAsByteArrayAsync(cancel);
    }

    /// <summary>The answer must be disposed of.</summary>
    public async Task<Outcome<HttpResponseMessage>> PullAsync(Blob blob, CancellationToken cancel)
    {
        var got = await SendAsync(HttpMethod.Get, At($"blobs/{blob.Digest}"), null, cancel);
        if (got.Failed || got.Value.StatusCode == HttpStatusCode.OK)
            return got;
        using var answer = got.Value;
        return Refused("give a layer", answer);
    }

    /// <summary>Harmless when there is none.</summary>
    public async Task<Trouble?> DeleteAsync(string what, CancellationToken cancel)
    {
        var gone = await SendAsync(HttpMethod.Delete, At(what), null, cancel);
        if (gone.Failed)
            return gone.Trouble;
        using var answer = gone.Value;
        return answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotFound ? null : Refused("delete", answer);
    }

    private Uri At(string below) => new(_place.Address, $"/v2/{_place.Repository}/{below}");

    private async Task<Trouble?> SayAsync(HttpMethod method, Uri where, HttpContent? content, CancellationToken cancel)
    {
        var said = await SendAsync(method, where, content, cancel);
        if (said.Failed)
            return said.Trouble;
        using var answer = said.Value;
        return answer.IsSuccessStatusCode ? null : Refused($"{method} {where.AbsolutePath}", answer);
    }

    private async Task<Outcome<HttpResponseMessage>> SendAsync(
        HttpMethod method, Uri where, HttpContent? content, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, where) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(CheckpointImage.ManifestType));
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            return NodeFailures.RegistrySilent(_place.Address, e.InnerException?.Message ?? e.Message);
        }
    }

    private Trouble Refused(string what, HttpResponseMessage answer) =>
        NodeFailures.RegistryRefused(_place.Address, what, $"HTTP {(int)answer.StatusCode}");

    private static X509ChainPolicy Trust(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }

    private sealed class PacedContent(Stream from, long length, PacedWire wire, CancellationToken cancel) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[CheckpointFrame.MaxLength];
            while (await from.ReadAsync(block, cancel) is > 0 and var read)
                await wire.WriteAsync(stream, block.AsMemory(0, read), cancel);
            Array.Clear(block);
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
