using System.Text.Json;

namespace Ms2m.History.Tests.Exporting;

/// <summary>The Trace Event Format as its specification has it, written without a look at what writes it.</summary>
internal static class TraceEventFormat
{
    public static void Check(string json)
    {
        var root = JsonElement.Parse(json);
        JsonElement[] entries = [.. root.GetProperty("traceEvents").EnumerateArray()];
        Assert.NotEmpty(entries);
        foreach (var entry in entries)
        {
            Assert.Equal(JsonValueKind.String, entry.GetProperty("name").ValueKind);
            Assert.Equal(JsonValueKind.Number, entry.GetProperty("pid").ValueKind);
            switch (entry.GetProperty("ph").GetString())
            {
                case "X":
                    Has(entry, "ts", "dur", "tid", "cat");
                    Assert.True(entry.GetProperty("dur").GetDouble() >= 0, $"{entry}");
                    break;
                case "i":
                    Has(entry, "ts", "tid");
                    Assert.True(entry.GetProperty("s").GetString() is "g" or "p" or "t", $"{entry}");
                    break;
                case "s" or "t" or "f":
                    Has(entry, "ts", "tid", "id", "cat");
                    break;
                case "C":
                    Has(entry, "ts");
                    Assert.All(entry.GetProperty("args").EnumerateObject(), value => Assert.Equal(JsonValueKind.Number, value.Value.ValueKind));
                    break;
                case "M":
                    Assert.True(entry.GetProperty("name").GetString() is "process_name" or "process_sort_index" or "thread_name", $"{entry}");
                    Assert.NotEmpty(entry.GetProperty("args").EnumerateObject());
                    break;
                case var other:
                    Assert.Fail($"There is no phase '{other}' here: {entry}");
                    break;
            }
        }

        EveryLaneHasAName(entries);
        FlowsGoFromASliceThroughASliceToASlice(entries);
        NoTwoSlicesOfAThreadOverlap(entries);
    }

    private static void EveryLaneHasAName(JsonElement[] entries)
    {
        var processes = Named(entries, "process_name").Select(Process).ToList();
        var threads = Named(entries, "thread_name").Select(Thread).ToList();
        Assert.Equal(processes.Distinct(), processes);
        Assert.Equal(threads.Distinct(), threads);
        Assert.Subset(processes.ToHashSet(), entries.Select(Process).ToHashSet());
        Assert.Subset(threads.ToHashSet(), entries.Where(entry => Is(entry, "X", "i", "s", "t", "f")).Select(Thread).ToHashSet());
    }

    private static void FlowsGoFromASliceThroughASliceToASlice(JsonElement[] entries)
    {
        var slices = entries.Where(entry => Is(entry, "X")).ToLookup(Thread);
        foreach (var flow in entries.Where(entry => Is(entry, "s", "t", "f")).GroupBy(entry => entry.GetProperty("id").GetInt64()))
        {
            Assert.Equal(["s", "t", "f"], flow.Select(entry => entry.GetProperty("ph").GetString()));
            Assert.Equal(flow.Select(Ts).Order(), flow.Select(Ts));
            Assert.Single(flow.Select(entry => (entry.GetProperty("name").GetString(), entry.GetProperty("cat").GetString())).Distinct());
            Assert.Equal("e", flow.Last().GetProperty("bp").GetString());
            Assert.All(flow, end => Assert.Contains(slices[Thread(end)], slice =>
                Ts(slice) <= Ts(end) && Ts(end) <= Ts(slice) + slice.GetProperty("dur").GetDouble()));
        }
    }

    private static void NoTwoSlicesOfAThreadOverlap(JsonElement[] entries)
    {
        foreach (var thread in entries.Where(entry => Is(entry, "X")).GroupBy(Thread))
        {
            var end = double.MinValue;
            foreach (var slice in thread.OrderBy(Ts))
            {
                Assert.True(Ts(slice) >= end, $"{slice} begins before {end}");
                end = Ts(slice) + slice.GetProperty("dur").GetDouble();
            }
        }
    }

    private static IEnumerable<JsonElement> Named(JsonElement[] entries, string name) =>
        entries.Where(entry => Is(entry, "M") && entry.GetProperty("name").GetString() == name);

    private static bool Is(JsonElement entry, params string[] phases) => phases.Contains(entry.GetProperty("ph").GetString());

    private static int Process(JsonElement entry) => entry.GetProperty("pid").GetInt32();

    private static (int, int) Thread(JsonElement entry) => (Process(entry), entry.GetProperty("tid").GetInt32());

    private static double Ts(JsonElement entry) => entry.GetProperty("ts").GetDouble();

    private static void Has(JsonElement entry, params string[] keys) =>
        Assert.All(keys, key => Assert.True(entry.TryGetProperty(key, out _), $"no {key} in {entry}"));
}
