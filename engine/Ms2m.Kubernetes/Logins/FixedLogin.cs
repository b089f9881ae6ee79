namespace Ms2m.Kubernetes.Logins;

/// <summary>A token or a certificate that stands in the configuration and does not change.</summary>
internal sealed class FixedLogin(Credential credential) : IServerLogin
{
    public ValueTask<Credential> CurrentAsync(CancellationToken cancel) => ValueTask.FromResult(credential);

    public void Refused(Credential credential)
    {
        // There is no other.
    }
}
