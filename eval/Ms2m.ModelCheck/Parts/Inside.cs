using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Ms2m.Contracts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck.Parts;

/// <summary>The few looks into the SDK's private memory that the model needs, and how messages are called.</summary>
internal static class Inside
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "unfinished")]
    public static extern ref Unfinished Unfinished(Instance memory);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "recent")]
    public static extern ref RecentlyApplied Recent(Instance memory);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "window")]
    public static extern ref int Window(Instance memory);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "entries")]
    public static extern ref Dictionary<long, JournalEntry> Entries(ShadowReplay shadow);

    public static Message Message(int number) =>
        new($"id:{number}", Encoding.UTF8.GetBytes($"body {number}"), "in", "key", null) { TimeMs = 1 };

    public static int Number(string name) => int.Parse(name.AsSpan(name.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    public static Guid Migration(int number) => new(number + 1, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    public static int MigrationNumber(Guid id) => BitConverter.ToInt32(id.ToByteArray()) - 1;

    public static string Shadow(int migration) => Names.ShadowInstance("w", Migration(migration));
}
