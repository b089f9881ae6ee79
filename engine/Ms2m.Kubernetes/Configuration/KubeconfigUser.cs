using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ms2m.Kubernetes.Logins;

namespace Ms2m.Kubernetes.Configuration;

/// <summary>What a kubeconfig says of a user.</summary>
internal static class KubeconfigUser
{
    public static IServerLogin Login(YamlFields? user, YamlFields cluster)
    {
        if (user is null)
        {
            return new FixedLogin(Credential.Nobody);
        }

        if (user.Inner("exec") is { } exec)
        {
            return new ExecLogin(Plugin(exec, cluster), TimeProvider.System);
        }

        foreach (var gone in new[] { "auth-provider", "username" })
        {
            if (user.Text(gone) is not null || user.Inner(gone) is not null)
            {
                throw new ConfigurationException($"The user logs in by '{gone}', which current servers do not know: use a token, a certificate or exec.");
            }
        }

        var certificate = Certificate(user);
        return user.File("tokenFile") is { } file
            ? new TokenFileLogin(file, certificate, TimeProvider.System)
            : new FixedLogin(new Credential(user.Text("token"), certificate));
    }

    private static X509Certificate2? Certificate(YamlFields user)
    {
        var (certificate, key) = (user.DataOrFile("client-certificate"), user.DataOrFile("client-key"));
        if (certificate is null && key is null)
        {
            return null;
        }

        if (certificate is null || key is null)
        {
            throw new ConfigurationException("The user has a client-certificate without a client-key, or the other way round.");
        }

        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            throw new ConfigurationException("The user's client-certificate and client-key cannot be read, or do not belong together.");
        }
    }

    private static ExecPlugin Plugin(YamlFields exec, YamlFields cluster)
    {
        var version = Kubeconfig.Wanted(exec, "apiVersion", "The user's exec");
        if (!ExecPlugin.KnownVersions.Contains(version))
        {
            throw new ConfigurationException(
                $"The user's exec speaks '{version}'; known are {string.Join(" and ", ExecPlugin.KnownVersions)}.");
        }

        if (exec.Text("interactiveMode") == "Always")
        {
            throw new ConfigurationException("The user's exec wants to ask somebody (interactiveMode: Always), and nobody is here.");
        }

        var command = Kubeconfig.Wanted(exec, "command", "The user's exec");
        var environment = new Dictionary<string, string>();
        foreach (var one in exec.Items("env"))
        {
            environment[Kubeconfig.Wanted(one, "name", "A variable of the user's exec")] = one.Text("value") ?? "";
        }

        return new ExecPlugin(
            // A bare name is looked for in PATH, as kubectl does.
            command.Contains('/', StringComparison.Ordinal) ? exec.InFolder(command) : command,
            exec.Words("args"),
            environment,
            version,
            exec.Flag("provideClusterInfo") ? KubeconfigCluster.ForPlugin(cluster) : null,
            exec.Text("installHint"));
    }
}
