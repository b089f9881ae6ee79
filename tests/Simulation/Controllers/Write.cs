using Ms2m.Kubernetes.Api;

namespace Ms2m.Tests.Simulation;

/// <summary>One call that a controller is about to make.</summary>
/// <param name="Says">All that distinguishes it from others.</param>
/// <param name="Ends">What was planned after it is not done when it fails.</param>
/// <param name="Version">Of the object that it is meant for, where it insists on that.</param>
internal sealed record Write(string Says, Func<Store, Written> Do, bool Ends = false, (ObjectKey Of, string? Is)? Version = null);

/// <param name="Expects">What the view is to show before anything is counted again.</param>
internal readonly record struct Written(ApiProblem? Problem, string? Expects = null)
{
    public static Written Well { get; }

    public static implicit operator Written(ApiProblem? problem) => new(problem);
}
