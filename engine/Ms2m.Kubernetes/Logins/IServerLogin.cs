using System.Security.Cryptography.X509Certificates;

namespace Ms2m.Kubernetes.Logins;

/// <summary>Who we are to a server, now.</summary>
internal interface IServerLogin
{
    /// <exception cref="LoginFailedException">There is nothing to show; the message says why, and nothing secret.</exception>
    ValueTask<Credential> CurrentAsync(CancellationToken cancel);

    /// <summary>The server does not know it (401): the next one is got anew, where there can be another.</summary>
    void Refused(Credential credential);
}

/// <summary>Never printed: it is no record for that reason.</summary>
internal sealed class Credential(string? token, X509Certificate2? certificate)
{
    public static Credential Nobody { get; } = new(null, null);

    public string? Token { get; } = token;

    public X509Certificate2? Certificate { get; } = certificate;

    public bool IsSameAs(Credential other) =>
        Token == other.Token && Certificate?.Thumbprint == other.Certificate?.Thumbprint;
}

internal sealed class LoginFailedException(string message) : Exception(message);
