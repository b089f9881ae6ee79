using System.Diagnostics;

namespace Ms2m.Publisher;

/// <summary>Says when the next message is due. The schedule goes on while a publisher waits for the broker, so a short
/// stall is caught up and the mean rate holds; a long one is not, or it would end in a burst.</summary>
internal sealed class Pace(Func<double> ratePerSecond, Random? poisson)
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromSeconds(1);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private TimeSpan due;

    public async Task NextAsync(CancellationToken cancellationToken)
    {
        var rate = Math.Max(0.001, ratePerSecond());
        var distance = (poisson is null ? 1 : -Math.Log(1 - poisson.NextDouble())) / rate;
        due = (due < clock.Elapsed - Forgotten ? clock.Elapsed : due) + TimeSpan.FromSeconds(distance);
        var left = due - clock.Elapsed;
        if (left > TimeSpan.FromMilliseconds(1))
        {
            await Task.Delay(left, cancellationToken);
        }
    }
}
