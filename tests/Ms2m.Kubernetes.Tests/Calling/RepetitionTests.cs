using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Http;
using ApiCall = Ms2m.Kubernetes.Http.ApiCall;

namespace Ms2m.Kubernetes.Tests.Calling;

/// <summary>When a failed call is made again, and when that would do harm.</summary>
public sealed class RepetitionTests
{
    private static readonly Repetition _repetition = new(TimeSpan.FromSeconds(60), () => 1);

    [Theory]
    [InlineData("No", 0, false, true, true)]
    [InlineData("Perhaps", 0, false, true, false)]
    [InlineData("Never", 0, false, false, false)]
    [InlineData("Answered", 429, true, true, true)]
    [InlineData("Answered", 429, false, false, false)]
    [InlineData("Answered", 503, true, true, false)]
    [InlineData("Answered", 503, false, false, false)]
    [InlineData("Answered", 500, true, true, false)]
    [InlineData("Answered", 409, true, false, false)]
    [InlineData("Answered", 404, false, false, false)]
    public void what_was_perhaps_done_is_only_done_again_where_that_is_harmless(
        string reached, int code, bool asksToWait, bool harmless, bool creation)
    {
        var problem = new ApiProblem(code, "", "") { RetryAfter = asksToWait ? TimeSpan.FromSeconds(1) : null };
        var failure = new Failure(problem, Enum.Parse<Reached>(reached));

        Assert.Equal(harmless, _repetition.Wait(Call(repeatable: true), failure, 1, TimeSpan.Zero) is not null);
        Assert.Equal(creation, _repetition.Wait(Call(repeatable: false), failure, 1, TimeSpan.Zero) is not null);
    }

    [Fact]
    public void waits_double_up_to_a_limit_and_never_fall_below_what_the_server_asks()
    {
        var waits = Enumerable.Range(1, 40).Select(tries => _repetition.Wait(Call(true), Refused(null), tries, TimeSpan.Zero)!.Value).ToList();

        Assert.Equal([0.25, 0.5, 1, 2, 4, 8, 8], waits.Take(7).Select(wait => wait.TotalSeconds));
        Assert.Equal(TimeSpan.FromSeconds(8), waits[^1]);
        Assert.Equal(TimeSpan.FromSeconds(20), _repetition.Wait(Call(true), Refused(20), 1, TimeSpan.Zero));
    }

    [Fact]
    public void not_all_clients_come_back_in_the_same_moment() =>
        Assert.Equal(TimeSpan.FromSeconds(4), new Repetition(TimeSpan.FromSeconds(60), () => 0).Wait(Call(true), Refused(null), 9, TimeSpan.Zero));

    [Fact]
    public void whoever_has_to_wait_for_longer_than_there_is_time_is_told_at_once()
    {
        Assert.Null(_repetition.Wait(Call(true), Refused(61), 1, TimeSpan.Zero));
        Assert.Null(_repetition.Wait(Call(true), Refused(null), 9, TimeSpan.FromSeconds(53)));
        Assert.NotNull(_repetition.Wait(Call(true), Refused(null), 9, TimeSpan.FromSeconds(52)));
    }

    [Fact]
    public void whoever_has_another_way_takes_it() =>
        Assert.Null(_repetition.Wait(Call(true) with { HasAnotherWay = true }, Refused(null), 1, TimeSpan.Zero));

    [Fact]
    public void a_connection_that_nobody_takes_is_none()
    {
        // As the handler words it when its time to connect is over.
        var failure = Failures.Of(new TaskCanceledException("", new TimeoutException()), TimeSpan.FromSeconds(5));

        Assert.Equal((Reached.No, true), (failure?.How, failure?.Problem.IsUnheard));
    }

    private static Failure Refused(int? wait) =>
        new(new ApiProblem(0, "Unreachable", "") { RetryAfter = wait is { } seconds ? TimeSpan.FromSeconds(seconds) : null }, Reached.No);

    private static ApiCall Call(bool repeatable) => new(HttpMethod.Get, "x", repeatable);
}
