using Ms2m.Contracts;

namespace Ms2m.NodeWorker.Instances;

/// <summary>Where instances find their instance files: in a folder of the node that their container mounts, or in their
/// pod.</summary>
public interface IInstanceFiles
{
    /// <summary>The folder of a workload on this node.</summary>
    /// <exception cref="ArgumentException">It is no name.</exception>
    string PathOf(string workload);

    /// <summary>The folder must be there before a container that mounts it, also when its file is not yet written.</summary>
    void Make(string workload);

    ValueTask<Outcome<InstanceFile?>> ReadAsync(string workload, CancellationToken cancel);

    /// <summary>The file of an instance, whatever its workload.</summary>
    ValueTask<Outcome<InstanceFile?>> FindAsync(string instanceId, CancellationToken cancel);

    /// <summary>For a report: what was read last may do.</summary>
    ValueTask<Outcome<IReadOnlyList<InstanceFile>>> ReadAllAsync(CancellationToken cancel);

    ValueTask<Trouble?> WriteAsync(InstanceFile file, CancellationToken cancel);

    /// <summary>Tells an instance to leave by itself, in case that it cannot be made to.</summary>
    ValueTask<Trouble?> RetireAsync(string instanceId, CancellationToken cancel);

    /// <summary>Removes what is here of an instance, unless it is another instance's by now.</summary>
    void Remove(string instanceId, string? workload = null);
}
