using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Networks;

/// <summary>Networks of workloads that have an address of their own: a network namespace for each instance, with one
/// interface that is on the nodes' network or cut off from it. They live as long as the node and not as the worker.</summary>
public interface IWorkloadNetworks
{
    /// <summary>Makes an instance's network, cut off. One that is there already stays as it is.</summary>
    Task<Outcome<Done>> PrepareAsync(string instance, WorkloadAddress address, CancellationToken cancel);

    /// <summary>Puts it on the nodes' network and says so there, so that whoever knows the address by another place learns
    /// the new one. Harmless when it is on it.</summary>
    Task<Outcome<Done>> AttachAsync(string instance, CancellationToken cancel);

    /// <summary>Cuts it off: nothing comes in, nothing gets out. Harmless when it is cut off.</summary>
    Task<Outcome<Done>> DetachAsync(string instance, CancellationToken cancel);

    /// <summary>Harmless when there is none.</summary>
    Task<Outcome<Done>> RemoveAsync(string instance, CancellationToken cancel);

    /// <summary>Whose networks are on this node.</summary>
    IReadOnlyList<string> Instances();

    /// <summary>The hardware address of whoever answers to an address on the nodes' network; null when nobody does.</summary>
    Task<Outcome<string?>> WhoAnswersAsync(WorkloadAddress address, CancellationToken cancel);
}
