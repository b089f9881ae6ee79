namespace Ms2m.Kubernetes.Configuration;

/// <summary>Somebody has to change a file or a variable; the message says which, and how.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
