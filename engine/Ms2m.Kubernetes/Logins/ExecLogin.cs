using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ms2m.Kubernetes.Logins;

/// <summary>Credentials that a program writes: kept until they expire or are refused, got once however many ask.</summary>
internal sealed class ExecLogin(ExecPlugin plugin, TimeProvider time) : IServerLogin
{
    // What expires while the call is on its way is refused.
    private static readonly TimeSpan _early = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Task<Issued>? _got;

    public async ValueTask<Credential> CurrentAsync(CancellationToken cancel)
    {
        Task<Issued> got;
        lock (_lock)
        {
            if (_got is null || _got.IsFaulted || _got.IsCanceled || IsOver(_got))
            {
                // Not with the caller's token: others wait for the same run.
                _got = IssueAsync();
            }

            got = _got;
        }

        return (await got.WaitAsync(cancel)).Credential;
    }

    public void Refused(Credential credential)
    {
        lock (_lock)
        {
            if (_got is { IsCompletedSuccessfully: true } got && ReferenceEquals(got.Result.Credential, credential))
            {
                _got = null;
            }
        }
    }

    private bool IsOver(Task<Issued> got) =>
        got.IsCompletedSuccessfully && got.Result.Until is { } until && time.GetUtcNow() >= until - _early;

    private async Task<Issued> IssueAsync()
    {
        await Task.Yield();
        return Read(await PluginRun.OutputOfAsync(plugin, time));
    }

    private Issued Read(byte[] output)
    {
        ExecCredential? said;
        try
        {
            said = JsonSerializer.Deserialize(output, ExecCredentialJson.Default.ExecCredential);
        }
        catch (JsonException)
        {
            said = null;
        }

        if (said is not { Kind: "ExecCredential", Status: { } status })
        {
            // Not what it wrote: that may be a token all the same.
            throw new LoginFailedException($"{plugin.Command} wrote {output.Length} bytes that are no ExecCredential with a status.");
        }

        if (said.ApiVersion != plugin.ApiVersion)
        {
            throw new LoginFailedException($"{plugin.Command} speaks '{said.ApiVersion}', the kubeconfig expects '{plugin.ApiVersion}'.");
        }

        var certificate = CertificateOf(status);
        return status.Token is { Length: > 0 } || certificate is not null
            ? new Issued(new Credential(status.Token, certificate), status.ExpirationTimestamp)
            : throw new LoginFailedException($"{plugin.Command} gave neither a token nor a certificate with its key.");
    }

    private X509Certificate2? CertificateOf(ExecStatus status)
    {
        if (status.ClientCertificateData is not { Length: > 0 } certificate || status.ClientKeyData is not { Length: > 0 } key)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new LoginFailedException($"{plugin.Command} gave a certificate or a key that cannot be read.");
        }
    }

    private sealed record Issued(Credential Credential, DateTimeOffset? Until);
}

internal sealed class ExecCredential
{
    public string? Kind { get; init; }

    public string? ApiVersion { get; init; }

    public ExecStatus? Status { get; init; }
}

internal sealed class ExecStatus
{
    public string? Token { get; init; }

    public string? ClientCertificateData { get; init; }

    public string? ClientKeyData { get; init; }

    public DateTimeOffset? ExpirationTimestamp { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class ExecCredentialJson : JsonSerializerContext;
