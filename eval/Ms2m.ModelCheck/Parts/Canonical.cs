using System.Collections;
using System.Reflection;
using Ms2m.Contracts;
using Ms2m.Workload;

namespace Ms2m.ModelCheck.Parts;

/// <summary>Writes an object and all it reaches as bytes, the same for equal memories: every field of every class, found by
/// reflection, so that no field can be forgotten. Objects met again are written as the number of their first meeting,
/// because two references to one are another memory than references to two. A type that it does not know is an error.</summary>
internal sealed class Canonical(Numbers<IMigrationMessage> messages)
{
    private static readonly Dictionary<Type, FieldInfo[]> Fields = [];
    private readonly Dictionary<object, int> met = new(ReferenceEqualityComparer.Instance);
    public byte[] Of(Process process)
    {
        met.Clear();
        using var stream = new MemoryStream();
        using var to = new BinaryWriter(stream, System.Text.Encoding.UTF8);
        Write(to, process);
        to.Flush();
        return stream.ToArray();
    }

    private void Write(BinaryWriter to, object? value)
    {
        switch (value)
        {
            case null: to.Write((byte)0); return;
            case bool b: to.Write(b); return;
            case byte n: to.Write(n); return;
            case int n: to.Write7BitEncodedInt(n); return;
            case long n: to.Write7BitEncodedInt64(n); return;
            case ulong n: to.Write7BitEncodedInt64((long)n); return;
            case Enum e: to.Write7BitEncodedInt(Convert.ToInt32(e, System.Globalization.CultureInfo.InvariantCulture)); return;
            case Guid id: to.Write(id.ToByteArray()); return;
            case string text: to.Write((byte)1); to.Write(text); return;
            case IMigrationMessage message: to.Write((byte)1); to.Write7BitEncodedInt(messages.Of(message)); return;
            // Content and time follow from the name.
            case Message message: to.Write((byte)1); to.Write(message.Name); return;
            case Chain chain: to.Write((byte)1); to.Write7BitEncodedInt64(chain.Position); to.Write(chain.Hex); return;
            case IReadOnlyList<Effect> effects: to.Write((byte)1); to.Write7BitEncodedInt(effects.Count); return;
            case Failure failure: to.Write((byte)1); to.Write(failure.Code); return;
        }
        if (!value.GetType().IsValueType)
        {
            if (met.TryGetValue(value, out var before))
            {
                to.Write((byte)2);
                to.Write7BitEncodedInt(before);
                return;
            }
            met.Add(value, met.Count);
            to.Write((byte)1);
        }
        if (value is IDictionary table)
        {
            WriteTable(to, table);
        }
        else if (value is ICollection list)
        {
            to.Write7BitEncodedInt(list.Count);
            foreach (var each in list)
            {
                Write(to, each);
            }
        }
        else
        {
            WriteFields(to, value);
        }
    }

    private void WriteTable(BinaryWriter to, IDictionary table)
    {
        to.Write7BitEncodedInt(table.Count);
        foreach (var key in table.Keys.Cast<object>().OrderBy(key => key))
        {
            Write(to, key);
            Write(to, table[key]);
        }
    }

    private void WriteFields(BinaryWriter to, object value)
    {
        var type = value.GetType();
        if (type.Assembly != typeof(Instance).Assembly && type.Assembly != typeof(Canonical).Assembly)
        {
            throw new InvalidOperationException($"The model does not know how to compare {type}.");
        }
        if (value is Act)
        {
            // Acts wait in one list, of one declared type.
            to.Write(type.Name);
        }
        foreach (var field in FieldsOf(type))
        {
            Write(to, field.GetValue(value));
        }
    }

    private static FieldInfo[] FieldsOf(Type type)
    {
        if (!Fields.TryGetValue(type, out var fields))
        {
            var all = new List<FieldInfo>();
            for (var level = type; level is not null && level != typeof(object); level = level.BaseType)
            {
                all.AddRange(level.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
            }
            Fields[type] = fields = [.. all.OrderBy(field => field.Name, StringComparer.Ordinal)];
        }
        return fields;
    }
}

/// <summary>Gives equal things one number, in the order of their first coming.</summary>
internal sealed class Numbers<T>
    where T : notnull
{
    private readonly Dictionary<T, int> numbers;
    private readonly List<T> things = [];

    public Numbers(IEqualityComparer<T>? comparer = null) => numbers = new Dictionary<T, int>(comparer);

    public int Count => things.Count;

    public T this[int number] => things[number];

    public int Of(T thing)
    {
        if (!numbers.TryGetValue(thing, out var number))
        {
            numbers.Add(thing, number = things.Count);
            things.Add(thing);
        }
        return number;
    }
}
