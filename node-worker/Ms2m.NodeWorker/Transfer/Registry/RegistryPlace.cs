namespace Ms2m.NodeWorker.Transfer.Registry;

/// <summary>Where checkpoints go that travel as images.</summary>
/// <param name="Address"><c>https://host:port/prefix</c>.</param>
/// <param name="Password">A secret.</param>
/// <param name="Authorities">File with the certificates that the registry's must come from; absent for http.</param>
public sealed record RegistryPlace(Uri Address, string? User, string? Password, string? Authorities)
{
    /// <summary>One for all: what is in it is told apart by digests, and is there for seconds.</summary>
    public string Repository => $"{Address.AbsolutePath.Trim('/')}/checkpoints".TrimStart('/');

    // Not the password.
    public override string ToString() => Address.ToString();
}
