namespace Ms2m.Engine.Tests.Whole;

/// <summary>Where the lab's services are: from the environment, else from the file that the lab writes.</summary>
internal static class LabEnvironment
{
    private static readonly Lazy<Dictionary<string, string>> _file = new(Read);

    public static string Value(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value
        : _file.Value.GetValueOrDefault(name)
            ?? throw new InvalidOperationException($"{name} is not known: run `deploy/lab/lab services up` first.");

    public static Uri Uri(string name) => new(Value(name));

    private static Dictionary<string, string> Read()
    {
        var home = Environment.GetEnvironmentVariable("MS2M_LAB_HOME") ?? "/var/lib/ms2m-lab";
        var file = Path.Combine(home, Environment.GetEnvironmentVariable("MS2M_LAB") ?? "0", "env");
        return File.Exists(file)
            ? File.ReadLines(file)
                .Select(line => line.Replace("export ", "", StringComparison.Ordinal).Split('=', 2))
                .Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0], parts => parts[1].Trim('\'', '"'), StringComparer.Ordinal)
            : [];
    }
}
