using Ms2m.Contracts;
using Ms2m.NodeWorker.Transfer.Delta;

namespace Ms2m.NodeWorker.Tests.Transfer.Delta;

public sealed class PreDumpRulesTests
{
    private static readonly NodeFeature[] Tracking = [new("criu", true, "4.2"), new(PreDumpRules.Feature, true, "it is")];

    [Fact]
    public void a_kernel_that_tells_what_has_changed_and_much_memory_call_for_one() =>
        Assert.Null(PreDumpRules.WhyNot(Tracking, false, PreDumpRules.Least, long.MaxValue));

    [Fact]
    public void a_kernel_that_does_not_tell_is_named_with_what_was_seen_of_it() => Assert.Contains(
        "soft-dirty: not on this one",
        PreDumpRules.WhyNot([new(PreDumpRules.Feature, false, "not on this one")], false, PreDumpRules.Least, long.MaxValue), StringComparison.Ordinal);

    [Fact]
    public void a_node_that_was_not_looked_at_has_nothing() =>
        Assert.Contains("not looked at", PreDumpRules.WhyNot([], false, PreDumpRules.Least, long.MaxValue), StringComparison.Ordinal);

    [Fact]
    public void a_huge_page_of_zeros_would_not_be_told_of() => Assert.Contains(
        "use_zero_page", PreDumpRules.WhyNot(Tracking, true, PreDumpRules.Least, long.MaxValue), StringComparison.Ordinal);

    [Fact]
    public void little_memory_is_written_sooner_than_twice_looked_at() =>
        Assert.Contains("63 MB", PreDumpRules.WhyNot(Tracking, false, PreDumpRules.Least - 1, long.MaxValue), StringComparison.Ordinal);

    [Fact]
    public void the_checkpoint_must_find_room_beside_it()
    {
        const long bytes = 100_000_000;
        Assert.Contains("no room", PreDumpRules.WhyNot(Tracking, false, bytes, 259_999_999), StringComparison.Ordinal);
        Assert.Null(PreDumpRules.WhyNot(Tracking, false, bytes, 260_000_000));
    }
}
