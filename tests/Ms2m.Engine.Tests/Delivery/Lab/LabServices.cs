namespace Ms2m.Engine.Tests.Delivery.Lab;

/// <summary>Where the real services are: the environment says so, or else the lab's own file.</summary>
internal static class LabServices
{
    /// <summary>Npgsql connection string of a database from which others can be created.</summary>
    public static string Store => Setting("MS2M_STORE");

    /// <summary>With user and password.</summary>
    public static Uri Broker => new(Setting("MS2M_BROKER_URI"));

    /// <summary>With user and password of somebody who may create virtual hosts.</summary>
    public static Uri BrokerManagement => new(Setting("MS2M_BROKER_MANAGEMENT_URI"));

    private static string Setting(string name)
    {
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } value)
        {
            return value;
        }

        var lab = Environment.GetEnvironmentVariable("MS2M_LAB") is { Length: > 0 } number ? number : "0";
        var file = $"/var/lib/ms2m-lab/{lab}/env";
        var prefix = $"export {name}=";
        var line = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(one => one.StartsWith(prefix, StringComparison.Ordinal))
            : null;
        return line?[prefix.Length..].Trim('\'', '"')
            ?? throw new InvalidOperationException(
                $"These tests need the real services: {name} is not set and {file} does not say it either."
                + " Start them with: deploy/lab/lab services up");
    }
}
