using System.Reflection;
using System.Text.Json.Serialization;
using Ms2m.Contracts;

namespace Ms2m.Architecture.Tests;

/// <summary>Every contract as it is named and shaped on the wire, compared with the list in <c>Golden/contracts.txt</c>: a
/// rename in C# would otherwise silently stop old messages, old logs and other languages from being understood.</summary>
public sealed class TheWireStaysTheSame
{
    private const string List = "tests/Ms2m.Architecture.Tests/Golden/contracts.txt";

    /// <summary>Set to anything to accept the contracts as they are now.</summary>
    private const string Accept = "MS2M_ACCEPT_CONTRACTS";

    [Fact]
    public void every_contract_keeps_its_name_and_its_fields()
    {
        var now = typeof(IMigrationMessage).Assembly.GetExportedTypes()
            .Where(type => IsRecord(type) || type.IsEnum)
            .Select(Describe)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (Environment.GetEnvironmentVariable(Accept) is not null)
        {
            File.WriteAllLines(Path.Combine(Repository.Root, List), now);
        }

        var agreed = Repository.Read(List).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(
            now.SequenceEqual(agreed),
            $"The wire has changed. If that is meant, run this test once with {Accept}=1 and say why in the commit.\n"
            + string.Join('\n', agreed.Except(now).Select(line => $"- {line}"))
            + "\n" + string.Join('\n', now.Except(agreed).Select(line => $"+ {line}")));
    }

    private static string Describe(Type type) => type.IsEnum
        ? $"{Headers.Urn(type)} = {string.Join(" | ", Enum.GetNames(type))}"
        : $"{Headers.Urn(type)} {{ {string.Join(", ", type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsWritten).Select(Field))} }}";

    private static bool IsWritten(PropertyInfo property) => property.GetCustomAttribute<JsonIgnoreAttribute>() is null;

    private static string Field(PropertyInfo property)
    {
        var optional = Nullable.GetUnderlyingType(property.PropertyType) is not null
            || new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;
        return $"{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}: {Name(property.PropertyType)}{(optional ? "?" : "")}";
    }

    private static string Name(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(Name))}>"
            : type.Name;
    }

    /// <summary>The compiler gives every record this method and nothing else has it.</summary>
    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null;
}
