namespace Ms2m.Tests.Lab;

/// <summary>Where the lab's services are: from the environment, else from the file that the lab writes.</summary>
internal static class LabSettings
{
    /// <summary>Everything of this lab; see deploy/lab/README.md.</summary>
    public static string Folder => Path.Combine(
        Environment.GetEnvironmentVariable("MS2M_LAB_HOME") is { Length: > 0 } home ? home : "/var/lib/ms2m-lab",
        Environment.GetEnvironmentVariable("MS2M_LAB") is { Length: > 0 } number ? number : "0");

    /// <summary>Never a default: a test that needs a service and has none has failed.</summary>
    public static string Value(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
        {
            return value;
        }

        var (file, prefix) = (Path.Combine(Folder, "env"), $"export {name}=");
        var line = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(one => one.StartsWith(prefix, StringComparison.Ordinal))
            : null;
        return line?[prefix.Length..].Trim('\'', '"') ?? throw new InvalidOperationException(
            $"{name} is neither set nor in {file}. Start the lab's services: deploy/lab/lab services up");
    }

    public static Uri Uri(string name) => new(Value(name));
}
