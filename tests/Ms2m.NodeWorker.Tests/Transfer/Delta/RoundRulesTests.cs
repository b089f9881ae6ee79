using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

public sealed class RoundRulesTests
{
    private static string? WhyStop(params (long WireBytes, double Ms)[] rounds) =>
        RoundRules.WhyStop([.. rounds.Select(r => new PreCopyRound(1_000_000_000, r.WireBytes, 0, r.Ms))], maxRounds: 5);

    [Fact]
    public void the_first_round_is_always_tried() => Assert.Null(WhyStop());

    [Fact]
    public void rounds_go_on_while_they_shrink() =>
        Assert.Null(WhyStop((900_000_000, 8000), (300_000_000, 3000), (100_000_000, 1000)));

    [Fact]
    public void few_pages_are_left_to_the_checkpoint() =>
        Assert.Contains("fewer than 64 pages", WhyStop((900_000_000, 8000), (64 * 4096 - 1, 500)), StringComparison.Ordinal);

    [Fact]
    public void what_goes_over_at_once_is_left_to_the_checkpoint() =>
        Assert.Contains("99 ms", WhyStop((27_000_000, 99)), StringComparison.Ordinal);

    [Theory]
    [InlineData(91)]
    [InlineData(100)]
    [InlineData(150)]
    public void memory_that_is_written_as_fast_as_it_is_sent_ends_the_rounds(long second) => Assert.Contains(
        "did not shrink", WhyStop((100_000_000, 8000), (second * 1_000_000, 8000)), StringComparison.Ordinal);

    [Fact]
    public void there_are_no_more_than_were_allowed()
    {
        Assert.Contains("5 rounds", WhyStop((900_000_000, 9000), (500_000_000, 5000), (250_000_000, 2500),
            (120_000_000, 1200), (60_000_000, 600)), StringComparison.Ordinal);
        Assert.Contains("0 rounds", RoundRules.WhyStop([], maxRounds: 0), StringComparison.Ordinal);
    }

    [Fact]
    public void nobody_waits_for_rounds_without_end() =>
        Assert.Contains("2 minutes", WhyStop((900_000_000, 100_000), (300_000_000, 30_000)), StringComparison.Ordinal);
}
