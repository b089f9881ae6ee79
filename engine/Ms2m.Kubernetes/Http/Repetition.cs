using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Http;

/// <summary>Whether a call that failed is made again, and when.</summary>
internal sealed class Repetition(TimeSpan within, Func<double> chance)
{
    private static readonly TimeSpan _first = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(8);

    /// <param name="failure">What became of it.</param>
    /// <param name="tries">So far, at least one.</param>
    /// <param name="spent">Since the first.</param>
    /// <returns>How long to wait before; null when it is not to be made again.</returns>
    public TimeSpan? Wait(ApiCall call, Failure failure, int tries, TimeSpan spent)
    {
        if (call.HasAnotherWay || !IsWorthIt(call, failure))
        {
            return null;
        }

        // At once, all clients of a server that comes back would throw it down again: between half of it and all.
        var own = Math.Min(_longest.Ticks, _first.Ticks << Math.Min(tries - 1, 10)) * (0.5 + (chance() / 2));
        var wait = TimeSpan.FromTicks(Math.Max((long)own, (failure.Problem.RetryAfter ?? TimeSpan.Zero).Ticks));
        return spent + wait <= within ? wait : null;
    }

    private static bool IsWorthIt(ApiCall call, Failure failure) => failure.How switch
    {
        Reached.No => true,
        Reached.Perhaps => call.Repeatable,
        // 429 says that nothing was done; without a time to wait it is a disruption budget's, and may stay for hours.
        Reached.Answered when failure.Problem is { Code: 429, RetryAfter: not null } => true,
        Reached.Answered => call.Repeatable && failure.Problem is { Code: >= 500, RetryAfter: not null },
        _ => false,
    };
}

/// <summary>Whether the server has heard of a call.</summary>
internal enum Reached
{
    /// <summary>Nobody was there to hear it.</summary>
    No,

    /// <summary>The connection broke, or the time was over.</summary>
    Perhaps,

    /// <summary>It answered.</summary>
    Answered,

    /// <summary>We would not talk to it, or have nothing to show: trying again changes nothing.</summary>
    Never,
}

internal sealed record Failure(ApiProblem Problem, Reached How);
