using Ms2m.Contracts;

namespace Ms2m.Engine.Broker;

/// <summary>What a workload instance may do at the broker. Every instance has a user of its own there, so that one can be
/// shut out without asking it.</summary>
public interface IInstanceAccess
{
    /// <summary>Makes the instance's user, or changes what it may do. Harmless to repeat.</summary>
    /// <exception cref="PodRefusedException">It is a pod that asks for more than it may have.</exception>
    Task GrantAsync(InstanceGrant grant, CancellationToken token);

    /// <summary>Returns when the instance has no connection and cannot get one: nothing it has not been answered for will
    /// be accepted any more. Harmless when it has none already.</summary>
    /// <exception cref="InstanceStillConnectedException">It still has one; ask again.</exception>
    Task RevokeAsync(string instanceId, CancellationToken token);
}

/// <summary>What one instance is to be allowed.</summary>
/// <param name="Node">Where it runs; its password is derived from that node's key, a pod's from its
/// workload's.</param>
/// <param name="Writes">The migration whose journal it writes as the source.</param>
/// <param name="Follows">The migration whose journal and replay queue it reads as the shadow.</param>
public sealed record InstanceGrant(
    string InstanceId, string Node, WorkloadSpec Spec, Guid? Writes = null, Guid? Follows = null);

/// <summary>A pod's annotations ask for more than was granted.</summary>
public sealed class PodRefusedException(string reason) : InvalidOperationException(reason);

/// <summary>The broker still lists a connection of a user that was removed.</summary>
public sealed class InstanceStillConnectedException(string instanceId, int connections) : InvalidOperationException(
    $"The broker still lists {connections} connection(s) of the instance {instanceId}.");
