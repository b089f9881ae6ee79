using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using MassTransit;
using Ms2m.Contracts;
using Ms2m.Engine.Cluster;
using Ms2m.Engine.Hosting;
using Ms2m.EventLog.Streams;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Operator;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Operating;

/// <summary>Does for one object what <see cref="OperatorRule"/> says, by the same way that every request takes. All of it may
/// be done twice.</summary>
internal sealed class Reconciler(
    IKubernetesApi api, ReadStream streams, ClusterReader cluster, IBus bus, ClusterEvents events, EngineOptions options, TimeProvider time)
{
    /// <summary>A pod that was applied together with the object is let in within seconds.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>What was sent and is not in the log yet is on its way.</summary>
    private static readonly TimeSpan _onTheWay = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(2);

    private static readonly Uri _migrations = new($"exchange:{Names.Migrations}");

    private readonly ConcurrentDictionary<(Guid Id, OperatorAct Act), DateTimeOffset> _sent = [];

    /// <returns>The object as it is now, null if it is gone; and when to look again even if nothing is heard.</returns>
    public async Task<(StatefulMigration? Now, TimeSpan? Again)> ReconcileAsync(StatefulMigration asked, CancellationToken token)
    {
        var id = MigrationOrder.IdOf(asked);
        // Nothing to read where nothing can change any more.
        var look = OperatorRule.IsSettled(asked) && !asked.Metadata.IsGoing
            ? null
            : await MigrationLook.ReadAsync(streams, id, time.GetUtcNow(), token);
        switch (OperatorRule.Next(asked, look))
        {
            case OperatorAct.Begin:
                return await BeginAsync(asked, id, token);
            case OperatorAct.Forgotten:
                await SendAsync(id, OperatorAct.Forgotten, new RefuseMigration(id, OperatorFailures.Forgotten, ""), token);
                return (asked, _onTheWay);
            case OperatorAct.Withdraw:
                await SendAsync(id, OperatorAct.Withdraw, new RefuseMigration(id, OperatorFailures.Withdrawn, ""), token);
                return (asked, _onTheWay);
            case OperatorAct.Cancel:
                await SendAsync(id, OperatorAct.Cancel, new CancelMigration(id, MigrationOrder.RequestedBy(asked)), token);
                var (shown, soon) = await ShowAsync(asked, look!, token);
                return (shown, soon ?? _onTheWay);
            case OperatorAct.Show:
                return await ShowAsync(asked, look!, token);
            case OperatorAct.ShowAndLetGo:
                var (last, retry) = await ShowAsync(asked, look!, token);
                return last is null || retry is not null ? (last, retry) : await LetGoAsync(last, id, token);
            case OperatorAct.LetGo:
                return await LetGoAsync(asked, id, token);
            default:
                return (asked, null);
        }
    }

    private async Task<(StatefulMigration?, TimeSpan?)> BeginAsync(StatefulMigration asked, Guid id, CancellationToken token)
    {
        var (around, trouble) = await LookAroundAsync(asked, token);
        if (around is null)
        {
            throw new KubernetesRefusedException(trouble!);
        }

        var order = MigrationOrder.Of(asked, around);
        if (order.Waits is { } waits)
        {
            var (waiting, retry) = await WriteAsync(asked, StatusProjection.Before(asked, null, waits), token);
            return (waiting, retry ?? _soon);
        }

        if (order.Refusal is { } refusal)
        {
            await SendAsync(id, OperatorAct.Begin, new RefuseMigration(id, refusal, ""), token);
            return (asked, _onTheWay);
        }

        // Before anything is sent: from here on a deletion waits for us.
        if (!OperatorRule.Holds(asked))
        {
            var held = await SetFinalizersAsync(asked, [.. asked.Metadata.Finalizers ?? [], Markings.CancelFinalizer], token);
            if (held.Problem is { } problem)
            {
                return problem.IsMissing ? (null, null) : (asked, _soon);
            }

            asked = held.Value;
        }

        await SendAsync(id, OperatorAct.Begin, order.Start!, token);
        // The log may be there first; what it says comes next.
        var (shown, again) = await WriteAsync(asked, StatusProjection.Before(asked, id, null), token);
        return (shown, again ?? _onTheWay);
    }

    private async Task<(Surroundings?, ApiProblem?)> LookAroundAsync(StatefulMigration asked, CancellationToken token)
    {
        if (asked.Spec is not { SourcePod.Length: > 0, TargetNode.Length: > 0 } spec)
        {
            // The server lets none of these in; of one that was there before the CRD was, it is said all the same.
            return (new(null, false, [], options.Broker, false), null);
        }

        var pod = await api.GetAsync(Kinds.Pods, new(asked.Metadata.Namespace, spec.SourcePod), token);
        var node = await api.GetAsync(Kinds.Nodes, new(null, spec.TargetNode), token);
        if (new[] { pod.Problem, node.Problem }.FirstOrDefault(one => one is { IsMissing: false }) is { } trouble)
        {
            return (null, trouble);
        }

        var reported = (await cluster.NodesAsync(token)).SelectMany(report => report.Instances).ToList();
        var young = time.GetUtcNow() - (asked.Metadata.CreationTimestamp ?? DateTimeOffset.MinValue) < _patience;
        return (new(pod.Problem is null ? pod.Value : null, node.Problem is null, reported, options.Broker, young), null);
    }

    private async Task<(StatefulMigration?, TimeSpan?)> ShowAsync(StatefulMigration asked, MigrationLook look, CancellationToken token)
    {
        var status = StatusProjection.Of(asked, look, await DeploymentAsync(asked, look.Pod, token));
        return await WriteAsync(asked, status, token);
    }

    private async Task<(StatefulMigration?, TimeSpan?)> WriteAsync(StatefulMigration asked, StatefulMigrationStatus status, CancellationToken token)
    {
        if (StatusProjection.Same(asked.Status, status))
        {
            return (asked, null);
        }

        // First, and each once: an engine that ends in between says them again and is not heard twice.
        foreach (var saying in MigrationSayings.Between(asked.Status, status))
        {
            await events.SayAsync(ClusterEvents.About(Kinds.Migrations, asked), saying, token);
        }

        var answer = await api.ReplaceAsync(Kinds.Migrations, asked with { Status = status }, token, "status");
        return answer.Problem switch
        {
            null => (answer.Value, null),
            { IsMissing: true } => (null, null),
            { IsConflict: true } => await AgainAsync(asked, token),
            var problem => throw new KubernetesRefusedException(problem),
        };
    }

    // Somebody else has changed it: the next look begins with what it is now.
    private async Task<(StatefulMigration?, TimeSpan?)> AgainAsync(StatefulMigration asked, CancellationToken token)
    {
        var now = await api.GetAsync(Kinds.Migrations, NameOf(asked), token);
        return now.Problem switch
        {
            null => (now.Value.Metadata.Uid == asked.Metadata.Uid ? now.Value : null, TimeSpan.Zero),
            { IsMissing: true } => (null, null),
            _ => (asked, _soon),
        };
    }

    private async Task<(StatefulMigration?, TimeSpan?)> LetGoAsync(StatefulMigration asked, Guid id, CancellationToken token)
    {
        foreach (var act in Enum.GetValues<OperatorAct>())
        {
            _sent.TryRemove((id, act), out _);
        }

        var answer = await SetFinalizersAsync(
            asked, [.. (asked.Metadata.Finalizers ?? []).Where(one => one != Markings.CancelFinalizer)], token);
        return answer.Problem switch
        {
            null => (answer.Value.Metadata is { IsGoing: true, Finalizers: null or [] } ? null : answer.Value, null),
            { IsMissing: true } => (null, null),
            { IsConflict: true } => await AgainAsync(asked, token),
            var problem => throw new KubernetesRefusedException(problem),
        };
    }

    private Task<ApiAnswer<StatefulMigration>> SetFinalizersAsync(StatefulMigration asked, string[] finalizers, CancellationToken token) =>
        api.PatchAsync(
            Kinds.Migrations,
            NameOf(asked),
            Patch.Merge(new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["uid"] = asked.Metadata.Uid,
                    ["resourceVersion"] = asked.Metadata.ResourceVersion,
                    ["finalizers"] = new JsonArray([.. finalizers.Select(one => JsonValue.Create(one))]),
                },
            }),
            token);

    // Once found it stays: the ReplicaSet may be gone later.
    private async Task<string?> DeploymentAsync(StatefulMigration asked, WorkloadPod? pod, CancellationToken token)
    {
        if (asked.Status?.DeploymentName is not null || pod is not { Owner: PodOwner.ReplicaSet, OwnerName: { } owner })
        {
            return asked.Status?.DeploymentName;
        }

        var set = await api.GetAsync(Kinds.ReplicaSets, new(pod.Namespace, owner), token);
        return set.Problem is null && set.Value.Metadata.Controller is { Kind: "Deployment", Name: var name } ? name : null;
    }

    private async Task SendAsync<T>(Guid id, OperatorAct act, T message, CancellationToken token)
        where T : class
    {
        var now = time.GetUtcNow();
        if (_sent.TryGetValue((id, act), out var at) && now - at < _onTheWay)
        {
            return;
        }

        await (await bus.GetSendEndpoint(_migrations)).Send(message, token);
        _sent[(id, act)] = now;
    }

    private static ObjectName NameOf(StatefulMigration asked) => new(asked.Metadata.Namespace, asked.Metadata.Name!);
}
