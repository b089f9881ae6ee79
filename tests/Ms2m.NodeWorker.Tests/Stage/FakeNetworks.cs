using Ms2m.Contracts;
using Ms2m.NodeWorker.Networks;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A nodes' network on which only that answers which a test says.</summary>
internal sealed class FakeNetworks : IWorkloadNetworks
{
    /// <summary>The hardware address that answers, to whatever is asked.</summary>
    public string? Answers { get; set; }

    /// <summary>What is answered to all who attach or detach.</summary>
    public Trouble? Trouble { get; set; }

    public List<string> There { get; } = [];

    public Task<Outcome<Done>> PrepareAsync(string instance, WorkloadAddress address, CancellationToken cancel)
    {
        There.Add(instance);
        return Worked();
    }

    public Task<Outcome<Done>> AttachAsync(string instance, CancellationToken cancel) => Changed();

    public Task<Outcome<Done>> DetachAsync(string instance, CancellationToken cancel) => Changed();

    public Task<Outcome<Done>> RemoveAsync(string instance, CancellationToken cancel)
    {
        There.Remove(instance);
        return Worked();
    }

    public IReadOnlyList<string> Instances() => [.. There];

    public Task<Outcome<string?>> WhoAnswersAsync(WorkloadAddress address, CancellationToken cancel) =>
        Task.FromResult<Outcome<string?>>(Answers);

    private Task<Outcome<Done>> Changed() => Trouble is null ? Worked() : Task.FromResult<Outcome<Done>>(Trouble);

    private static Task<Outcome<Done>> Worked() => Task.FromResult<Outcome<Done>>(Done.It);
}
