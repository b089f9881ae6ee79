using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>Whether whoever asks is an API server: its certificate is of an authority that signs for nobody else.</summary>
internal sealed partial class AdmissionClients(ILogger<AdmissionClients> logger)
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <param name="authority">Read for every connection: an API server keeps its own for long, and the file may be renewed.</param>
    public bool Knows(X509Certificate2 client, string authority)
    {
        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(authority);
            using var chain = new X509Chain
            {
                ChainPolicy =
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    DisableCertificateDownloads = true,
                    ApplicationPolicy = { new Oid(ClientAuthentication) },
                },
            };
            chain.ChainPolicy.CustomTrustStore.AddRange(roots);
            var known = chain.Build(client);
            if (!known)
            {
                LogStranger(client.Subject, string.Join(' ', chain.ChainStatus.Select(one => one.StatusInformation.Trim())));
            }

            return known;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            LogUnusable(authority, unusable.Message);
            return false;
        }
        finally
        {
            foreach (var root in roots)
            {
                root.Dispose();
            }
        }
    }

    [LoggerMessage(1847, LogLevel.Warning, "{Subject} is not the API server's certificate, and is not answered: {Reason}")]
    private partial void LogStranger(string subject, string reason);

    [LoggerMessage(1848, LogLevel.Warning, "The authority in {File} cannot be used, so nobody is answered: {Reason}")]
    private partial void LogUnusable(string file, string reason);
}
