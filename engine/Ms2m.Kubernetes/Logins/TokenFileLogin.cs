using System.Security.Cryptography.X509Certificates;

namespace Ms2m.Kubernetes.Logins;

/// <summary>A token that somebody else renews in its file, as the kubelet does with a service account's: valid for an hour
/// and replaced after 80 % of it, so reading it once a minute is often enough.</summary>
internal sealed class TokenFileLogin(string file, X509Certificate2? certificate, TimeProvider time) : IServerLogin
{
    private static readonly TimeSpan _readEvery = TimeSpan.FromMinutes(1);

    private volatile Reading? _last;

    public async ValueTask<Credential> CurrentAsync(CancellationToken cancel)
    {
        if (_last is { } last && time.GetElapsedTime(last.At) < _readEvery)
        {
            return last.Credential;
        }

        var at = time.GetTimestamp();
        var credential = new Credential(await ReadAsync(cancel), certificate);
        _last = new Reading(credential, at);
        return credential;
    }

    public void Refused(Credential credential)
    {
        if (ReferenceEquals(_last?.Credential, credential))
        {
            _last = null;
        }
    }

    private async Task<string> ReadAsync(CancellationToken cancel)
    {
        try
        {
            var token = (await File.ReadAllTextAsync(file, cancel)).Trim();
            return token.Length > 0 ? token : throw new LoginFailedException($"The token file {file} is empty.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new LoginFailedException($"The token file {file} cannot be read: {problem.Message}");
        }
    }

    private sealed record Reading(Credential Credential, long At);
}
