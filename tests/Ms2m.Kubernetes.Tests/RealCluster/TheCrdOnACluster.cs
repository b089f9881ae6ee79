using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation.RealCluster;

namespace Ms2m.Kubernetes.Tests.RealCluster;

/// <summary>What a real server makes of deploy/kubernetes/base/crd.yaml: its rules are written in a language that only the server
/// speaks.</summary>
public sealed class TheCrdOnACluster(RealClusterConnection cluster) : IClassFixture<RealClusterConnection>
{
    private static readonly Kind<AnyObject> _crds =
        ClusterKinds.Of("apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced: false);

    private static readonly Kind<AnyObject> _asked = ClusterKinds.Of(
        Kinds.Migrations.Group, Kinds.Migrations.Version, Kinds.Migrations.Name, Kinds.Migrations.Plural);

    [RealClusterTheory]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2"}""")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","migrationStrategy":"ShadowPod","transferMode":"Direct","preDumpConfig":{"enabled":true}}""")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","transferMode":"Registry","preDumpConfig":{"enabled":false},"checkpointImageRepository":"r:5000/x"}""")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","messageQueueConfig":{"brokerUrl":"amqp://rabbitmq.default.svc:5672"}}""")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","messageQueueConfig":{"brokerUrlSecretRef":{"name":"broker","key":"url"},"routingKey":""}}""")]
    public async Task what_users_write_is_let_in(string spec)
    {
        var (space, _) = await InstalledAsync();

        Assert.Null((await AskAsync(space, spec)).Problem);
    }

    [RealClusterTheory]
    [InlineData("""{"targetNode":"node2"}""", "spec.sourcePod")]
    [InlineData("""{"sourcePod":"Orders_0","targetNode":"node2"}""", "spec.sourcePod")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","migrationStrategy":"live"}""", "spec.migrationStrategy")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","transferMode":"Registry","preDumpConfig":{"enabled":true}}""", "preDumpConfig.enabled sends")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","messageQueueConfig":{"brokerUrl":"amqp://guest:guest@rabbitmq:5672"}}""", "spec.messageQueueConfig.brokerUrl")]
    [InlineData("""{"sourcePod":"orders-0","targetNode":"node2","messageQueueConfig":{"brokerUrl":"amqp://rabbitmq","brokerUrlSecretRef":{"name":"a","key":"b"}}}""", "not both")]
    public async Task what_is_wrong_is_refused_and_said(string spec, string says)
    {
        var (space, _) = await InstalledAsync();

        var answer = await AskAsync(space, spec);

        Assert.Equal(422, answer.Problem?.Code);
        Assert.Contains(says, answer.Problem!.Message, StringComparison.Ordinal);
    }

    [RealClusterFact]
    public async Task a_spec_stays_as_it_was_and_everything_else_can_be_written_beside_it()
    {
        var (space, api) = await InstalledAsync();
        var name = new ObjectName(space, "move");
        Assert.Null((await AskAsync(space, """{"sourcePod":"orders-0","targetNode":"node2"}""")).Problem);

        var changed = await api.PatchAsync(
            Kinds.Migrations, name, Patch.Merge(new JsonObject { ["spec"] = new JsonObject { ["targetNode"] = "node3" } }), default);
        Assert.Equal(422, changed.Problem?.Code);
        Assert.Contains("cannot be changed", changed.Problem!.Message, StringComparison.Ordinal);

        var held = await api.PatchAsync(
            Kinds.Migrations, name,
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray(Markings.CancelFinalizer) } }), default);
        Assert.Null(held.Problem);
        var stale = held.Value;
        var status = new StatefulMigrationStatus
        {
            Phase = "Completed",
            ObservedGeneration = 1,
            MigrationId = held.Value.Metadata.Uid,
            PhaseTimings = new Dictionary<string, long> { ["Checkpointing"] = 420 },
            PreDumpCount = 2,
            Conditions = [new Condition { Type = "Completed", Status = "True", Reason = "MS2M0103", Message = "", LastTransitionTime = DateTimeOffset.UnixEpoch }],
        };
        var shown = await api.ReplaceAsync(Kinds.Migrations, held.Value with { Status = status }, default, "status");
        Assert.True(shown.Problem is null, shown.Problem?.Message);
        Assert.Equal(420, shown.Value.Status!.PhaseTimings!["Checkpointing"]);
        Assert.Equal(1, shown.Value.Metadata.Generation);
        var late = await api.ReplaceAsync(Kinds.Migrations, stale with { Status = status }, default, "status");
        Assert.True(late.Problem is { IsConflict: true }, late.Problem?.Message);

        Assert.Null((await api.DeleteAsync(Kinds.Migrations, name, new Deletion(), default)).Problem);
        var going = (await api.GetAsync(Kinds.Migrations, name, default)).Value;
        Assert.True(going.Metadata.IsGoing);
        Assert.Null((await api.PatchAsync(
            Kinds.Migrations, name, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = new JsonArray() } }), default)).Problem);
        await RealClusterConnection.EventuallyAsync(
            "the object is gone", async cancel => (await api.GetAsync(Kinds.Migrations, name, cancel)).Problem is { IsMissing: true });
    }

    [RealClusterTheory]
    [InlineData("MS2M-0103")]
    [InlineData("")]
    public async Task a_reason_that_is_no_word_is_refused(string reason)
    {
        var (space, api) = await InstalledAsync();
        await AskAsync(space, """{"sourcePod":"orders-0","targetNode":"node2"}""");
        var asked = (await api.GetAsync(Kinds.Migrations, new ObjectName(space, "move"), default)).Value;

        var shown = await api.ReplaceAsync(
            Kinds.Migrations,
            asked with
            {
                Status = new StatefulMigrationStatus
                {
                    Conditions = [new Condition { Type = "Completed", Status = "False", Reason = reason, Message = "", LastTransitionTime = DateTimeOffset.UnixEpoch }],
                },
            },
            default, "status");

        Assert.Equal(422, shown.Problem?.Code);
    }

    // It stays: somebody may use it.
    private async Task<(string Namespace, IKubernetesApi Api)> InstalledAsync()
    {
        var wanted = Yaml.Read(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "crd.yaml"))).Single();
        var name = new ObjectName(null, (string)wanted["metadata"]!["name"]!);
        var applied = await cluster.Client.PatchAsync(_crds, name, Patch.Apply(wanted, "ms2m-tests", force: true), default);
        Assert.True(applied.Problem is null, applied.Problem?.Message);
        await RealClusterConnection.EventuallyAsync(
            "the CRD is established", async cancel => (await cluster.Client.ListAsync(Kinds.Migrations, Selection.All, cancel)).Problem is null);
        return (await cluster.NamespaceAsync(), cluster.Client);
    }

    private Task<ApiAnswer<AnyObject>> AskAsync(string space, string spec)
    {
        var asked = new AnyObject { Metadata = new ObjectMeta { Name = "move", Namespace = space } };
        asked.Others = new() { ["spec"] = System.Text.Json.JsonDocument.Parse(spec).RootElement };
        return cluster.Client.CreateAsync(_asked, asked, default);
    }
}
