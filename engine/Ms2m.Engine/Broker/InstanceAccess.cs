using Ms2m.Contracts;
using Ms2m.Engine.Hosting;

namespace Ms2m.Engine.Broker;

/// <summary>A broker user for each instance. Its password is derived from the key of the node it runs on, which the node's
/// worker has as well.</summary>
public sealed class InstanceAccess(BrokerUsers users, EngineOptions options, TimeProvider time) : IInstanceAccess
{
    /// <summary>A client that is frozen does not answer the broker's close; the broker waits for at most its heartbeat
    /// interval, or 30 s, before it drops the connection. Nothing from it is obeyed meanwhile.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <summary>A connection that was being opened when the user was removed shows up in the list a moment later.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMilliseconds(500);

    public async Task GrantAsync(InstanceGrant grant, CancellationToken token)
    {
        if (grant.Spec.Pod is not null && options.PodRights.Refusal(grant.Spec) is { } refusal)
        {
            throw new PodRefusedException(refusal);
        }

        var user = Names.InstanceUser(grant.InstanceId);
        var allowed = InstancePermissions.Of(grant);
        // Whoever sees a pod sees what its node's worker tells it, so there the key is the workload's.
        var key = grant.Spec.Pod is null
            ? Credentials.NodeKey(options.ClusterKey, grant.Node)
            : Credentials.WorkloadKey(options.ClusterKey, grant.Spec.Name);
        var password = Credentials.InstancePassword(key, grant.InstanceId);
        await users.PutAsync(user, password, token);
        await Task.WhenAll(
            users.AllowAsync(user, allowed, token),
            users.AllowKeysAsync(user, Names.Journal, allowed.Journal, token));
    }

    public async Task RevokeAsync(string instanceId, CancellationToken token)
    {
        var user = Names.InstanceUser(instanceId);
        // First the user, then its connections: between the two it could come back otherwise.
        await users.DeleteAsync(user, token);
        var begun = time.GetTimestamp();
        var asked = begun - time.TimestampFrequency;
        while (await users.ConnectionsAsync(user, token) is var left and > 0)
        {
            if (time.GetElapsedTime(begun) > _patience)
            {
                throw new InstanceStillConnectedException(instanceId, left);
            }

            if (time.GetElapsedTime(asked) > _again)
            {
                asked = time.GetTimestamp();
                await users.CloseConnectionsAsync(user, token);
            }

            await Task.Delay(_look, time, token);
        }
    }
}
