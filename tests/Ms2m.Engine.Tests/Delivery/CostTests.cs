using System.Diagnostics;
using System.Globalization;
using Ms2m.Engine.Tests.Delivery.Lab;
using Xunit.Abstractions;

namespace Ms2m.Engine.Tests.Delivery;

/// <summary>What one handled message costs. A migration is about twelve of them, one after the other.</summary>
[Trait("Category", "Benchmark")]
public sealed class CostTests(Office office, ITestOutputHelper output) : IClassFixture<Office>
{
    private const int WarmUp = 150;
    private const int Measured = 600;

    [Fact]
    public async Task one_handled_message_costs_well_under_eight_milliseconds()
    {
        var told = await office.Wire.ListenAsync(ParcelMachine.Out);
        using var host = await office.OpenAsync();
        var times = new List<double>();
        for (var n = 0; n < WarmUp + Measured; n++)
        {
            // Each parcel gets twelve messages: one that starts it and eleven that go on.
            var parcel = new Guid(n / 12, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);
            var start = Stopwatch.GetTimestamp();
            await office.TellAsync(parcel, "cost");
            await told.ReadAsync().AsTask().WithinAsync("the saga's message");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        await Office.CloseAsync(host);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"the first three after the start: {times[0]:0.0}, {times[1]:0.0}, {times[2]:0.0} ms"));
        var sorted = times.Skip(WarmUp).Order().ToList();
        var (p10, p50, p95) = (sorted[Measured / 10], sorted[Measured / 2], sorted[Measured * 95 / 100]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"publish, handle (saga, 1 event, 2 sends), receive: p10 {p10:0.00} ms, p50 {p50:0.00} ms, p95 {p95:0.00} ms"));

        // Not the median: other work on this machine must not make the build fail.
        Assert.True(p10 < 8, $"even the quickest tenth takes {p10} ms");
    }
}
