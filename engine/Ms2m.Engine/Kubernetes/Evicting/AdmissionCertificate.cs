using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Ms2m.Engine.Kubernetes.Evicting;

/// <summary>The certificate of the endpoint, from files that somebody renews while we run.</summary>
internal sealed partial class AdmissionCertificate(KubernetesOptions options, TimeProvider time, ILogger<AdmissionCertificate> logger)
{
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(5);

    private readonly string _folder = options.Admission?.CertificateFolder ?? "";
    private readonly Lock _lock = new();
    private X509Certificate2? _current;
    private string? _loaded;
    private DateTimeOffset _lookAgain;

    /// <summary>As the files are now, or as they last could be read.</summary>
    /// <exception cref="IOException">They never could.</exception>
    public X509Certificate2 Current()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_current is null || now >= _lookAgain)
            {
                _lookAgain = now + _lookEvery;
                Look();
            }

            return _current ?? throw new IOException($"There is no usable tls.crt and tls.key in {_folder}.");
        }
    }

    private void Look()
    {
        try
        {
            var (certificate, key) = (File.ReadAllText(Path.Combine(_folder, "tls.crt")), File.ReadAllText(Path.Combine(_folder, "tls.key")));
            // The key is secret, and is not kept a second time.
            var content = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(certificate + key)));
            if (content == _loaded)
            {
                return;
            }

            // The old one may be in use by a handshake: the collector has it when nobody has.
            _current = X509Certificate2.CreateFromPem(certificate, key);
            _loaded = content;
            LogLoaded(_current.Subject, _current.NotAfter);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Half of the renewal may be there only; the next look finds all of it.
            LogUnusable(_folder, unusable.Message);
        }
    }

    [LoggerMessage(1845, LogLevel.Information, "Evictions are answered as {Subject}, until {NotAfter}")]
    private partial void LogLoaded(string subject, DateTime notAfter);

    [LoggerMessage(1846, LogLevel.Warning, "The certificate in {Folder} cannot be used: {Reason}")]
    private partial void LogUnusable(string folder, string reason);
}
