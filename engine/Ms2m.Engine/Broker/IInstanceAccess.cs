namespace Ms2m.Engine.Broker;

/// <summary>What a workload instance may do at the broker.</summary>
public interface IInstanceAccess
{
    /// <summary>Returns when the instance has no connection and cannot get one. Harmless when it has none already.</summary>
    /// <exception cref="InvalidOperationException">It still has one.</exception>
    Task RevokeAsync(string instanceId, CancellationToken token);
}
