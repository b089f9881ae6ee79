using System.Collections.Concurrent;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Ownership;

namespace Ms2m.Engine.Tests.Whole;

/// <summary>Stands for the owners of pods: does what it is asked at once, or as a test says, and remembers it.</summary>
public sealed class ScriptedOwnership : IPodOwnership
{
    public ConcurrentQueue<string> Asked { get; } = new();

    public Func<string, ApiAnswer<Done>> Answers { get; set; } = _ => default(Done);

    public Task<ApiAnswer<Done>> CheckAsync(WorkloadPod pod, string instance, bool leavesFirst, CancellationToken cancel) =>
        DoAsync("check");

    public Task<ApiAnswer<Done>> ReleaseNameAsync(WorkloadPod pod, string instance, CancellationToken cancel) => DoAsync("release");

    public Task<ApiAnswer<Done>> SettleNameAsync(WorkloadPod pod, string instance, CancellationToken cancel) => DoAsync("settle");

    public Task<ApiAnswer<Done>> AdoptAsync(WorkloadPod pod, string instance, string? former, CancellationToken cancel) =>
        DoAsync(former is null ? "readopt" : "adopt");

    private Task<ApiAnswer<Done>> DoAsync(string what)
    {
        Asked.Enqueue(what);
        return Task.FromResult(Answers(what));
    }
}
