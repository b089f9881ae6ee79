using System.Reflection;
using System.Runtime.CompilerServices;
using Ms2m.History.ReadModels;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Tests.ReadModels;

/// <summary>Rows that an older engine has written are made anew only where the version of what is computed has changed. A field
/// that comes or goes without a new version would leave them as they are, and a verification calls them altered.</summary>
public sealed class RowsHaveAVersion
{
    /// <summary>Set to anything to accept the fields as they are now.</summary>
    private const string Accept = "MS2M_ACCEPT_ROWS";

    [Fact]
    public void whoever_changes_what_a_row_holds_gives_it_a_new_version()
    {
        var golden = Path.Combine(Path.GetDirectoryName(Here())!, "..", "Golden", "migration-row.txt");
        string[] now = [MigrationRows.ProgressName, .. Fields(typeof(MigrationView), "").Order(StringComparer.Ordinal)];
        if (Environment.GetEnvironmentVariable(Accept) is not null)
            File.WriteAllLines(golden, now);

        var agreed = File.ReadAllLines(golden);
        Assert.True(
            now.SequenceEqual(agreed),
            $"A row holds something else. Raise the version in {nameof(MigrationRows)}.{nameof(MigrationRows.ProgressName)}, then run this test once with {Accept}=1.\n"
            + string.Join('\n', agreed.Except(now).Select(line => $"- {line}"))
            + "\n" + string.Join('\n', now.Except(agreed).Select(line => $"+ {line}")));
    }

    private static IEnumerable<string> Fields(Type type, string path) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.GetIndexParameters().Length == 0
        let name = $"{path}/{property.Name}"
        let inner = Inner(property.PropertyType)
        from field in inner.Namespace?.StartsWith("Ms2m", StringComparison.Ordinal) == true && !inner.IsEnum
            ? Fields(inner, name)
            : [$"{name}: {inner.Name}"]
        select field;

    /// <summary>What stands in a list, or may be absent.</summary>
    private static Type Inner(Type type) =>
        Nullable.GetUnderlyingType(type) ?? (type.IsGenericType ? Inner(type.GenericTypeArguments[^1]) : type);

    private static string Here([CallerFilePath] string path = "") => path;
}
