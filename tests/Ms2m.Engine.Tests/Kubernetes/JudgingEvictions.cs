using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Engine.Kubernetes.Evicting;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

public sealed class JudgingEvictions
{
    [Fact]
    public void what_holds_no_state_may_go()
    {
        var pod = Asked.Pod();
        Assert.True(Judge(null, [], null).IsAllowed);
        Assert.True(Judge(pod with { Metadata = pod.Metadata with { Labels = null } }, [], null).IsAllowed);
        Assert.True(Judge(pod with { Status = new PodStatus { Phase = "Succeeded" } }, [], Guid.NewGuid()).IsAllowed);
        Assert.True(Judge(As("Retired"), [], Guid.NewGuid()).IsAllowed);
        Assert.True(Judge(
            pod with { Metadata = pod.Metadata with { Labels = new Dictionary<string, string> { [Markings.Workload] = "orders" } } }, [], null).IsAllowed);
    }

    [Fact]
    public void what_holds_state_may_not_and_the_drain_is_told()
    {
        var verdict = Judge(Asked.Pod(), [], null);

        Assert.Equal((false, true), (verdict.IsAllowed, verdict.Asks));
        Assert.Contains("is being migrated", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void while_it_is_moved_it_stays_and_so_does_its_copy()
    {
        var migration = Guid.NewGuid();

        Assert.Contains(migration.ToString(), Judge(Asked.Pod(), [], migration).Message, StringComparison.Ordinal);
        Assert.False(Judge(As("Shadow"), [], migration).IsAllowed);
        Assert.True(Judge(As("Shadow"), [], null).IsAllowed);
        var asked = Asked.For();
        var verdict = Judge(Asked.Pod(), [asked], null);
        Assert.Equal((false, false), (verdict.IsAllowed, verdict.Asks));
        Assert.Contains("is being migrated to node2", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void when_nobody_could_move_it_it_may_go_and_whoever_asked_is_warned()
    {
        var failed = Enumerable.Range(0, Engine.Kubernetes.Draining.Attempts.Most).Select(i => Failed(i)).ToArray();

        Assert.False(Judge(Asked.Pod(), failed[1..], null).IsAllowed);
        var verdict = Judge(Asked.Pod(), failed, null);
        Assert.True(verdict.IsAllowed);
        Assert.Contains("is lost", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void what_is_left_over_of_a_pod_that_was_moved_may_go()
    {
        var failed = Failed(1);
        var moved = failed with { Status = new StatefulMigrationStatus { Phase = "Completed", Conditions = [Asked.Ended(true, Asked.Now)] } };

        Assert.False(Judge(Asked.Pod(), [moved], Guid.NewGuid()).IsAllowed);
        var verdict = Judge(Asked.Pod(), [failed, moved], null);
        Assert.True(verdict.IsAllowed);
        Assert.Contains("has been migrated", verdict.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"resource":{"group":"","version":"v1","resource":"pods"},"subResource":"eviction","operation":"CREATE","dryRun":false,"object":{"kind":"Eviction"}}""", true, false)]
    [InlineData("""{"resource":{"group":"","version":"v1","resource":"pods"},"subResource":"eviction","operation":"CREATE","dryRun":true}""", true, true)]
    [InlineData("""{"resource":{"group":"","version":"v1","resource":"pods"},"subResource":"eviction","operation":"CREATE","object":{"deleteOptions":{"dryRun":["All"]}}}""", true, true)]
    [InlineData("""{"resource":{"group":"","version":"v1","resource":"pods"},"operation":"DELETE"}""", false, false)]
    [InlineData("""{"resource":{"group":"apps","version":"v1","resource":"deployments"},"subResource":"scale","operation":"UPDATE"}""", false, false)]
    public void a_request_is_read_as_the_server_writes_it(string json, bool eviction, bool noEffect)
    {
        var request = JsonSerializer.Deserialize<AdmissionRequest>(json, ContractJson.Options)!;

        Assert.Equal((eviction, noEffect), (request.IsEviction, request.HasNoEffect));
    }

    [Fact]
    public void a_pod_that_was_just_moved_here_stays_and_whoever_empties_its_former_node_goes_on()
    {
        var pod = Asked.Pod(node: "node2");
        var copy = pod with
        {
            Metadata = pod.Metadata with
            {
                CreationTimestamp = Asked.Now.AddMinutes(-1),
                Labels = new Dictionary<string, string>(pod.Metadata.Labels!) { [Markings.Migration] = Guid.NewGuid().ToString() },
            },
        };

        Assert.Equal(404, Judge(copy, [], null, Asked.Node("node2")).Code);
        // Somebody wants it away from here too.
        Assert.Equal(429, Judge(copy, [], null, Asked.Node("node2", cordoned: true)).Code);
        Assert.Equal(429, Judge(copy, [], null, Asked.Node("node2", marked: true)).Code);
        // It has been here for long, or always: the wish is for it.
        Assert.Equal(429, Judge(copy with { Metadata = copy.Metadata with { CreationTimestamp = Asked.Now.AddHours(-2) } }, [], null, Asked.Node("node2")).Code);
        Assert.Equal(429, Judge(pod, [], null, Asked.Node("node2")).Code);
    }

    [Fact]
    public void what_failed_long_ago_does_not_let_a_pod_go()
    {
        var failed = Enumerable.Range(0, Engine.Kubernetes.Draining.Attempts.Most).Select(i => Failed(i, Asked.Now.AddHours(-2))).ToArray();

        Assert.False(Judge(Asked.Pod(), failed, null).IsAllowed);
    }

    [Fact]
    public void a_container_that_was_started_again_holds_nothing_any_more()
    {
        var pod = Asked.Pod(marks: marks => marks[Markings.LetIn] = "containerd://a") with
        {
            Status = new PodStatus { Phase = "Running", ContainerStatuses = [new ContainerStatus { Name = "orders", ContainerID = "containerd://b" }] },
        };
        var copy = Asked.Pod() with
        {
            Status = new PodStatus { Phase = "Running", ContainerStatuses = [new ContainerStatus { Name = "orders", ContainerID = "containerd://b", RestartCount = 1 }] },
        };

        Assert.True(Judge(pod, [], null).IsAllowed);
        Assert.True(Judge(copy, [], null).IsAllowed);
    }

    private static EvictionVerdict Judge(Pod? pod, IReadOnlyList<StatefulMigration> migrations, Guid? movedBy, Node? node = null) =>
        EvictionRule.Judge(pod, node ?? Asked.Node("node1", cordoned: true), migrations, movedBy, Asked.Now);

    private static Pod As(string role) => Asked.Pod(marks: marks =>
        marks[Markings.InstanceFile] = $$"""{"instanceId":"a","workload":"b","role":"{{role}}","epoch":1,"brokerUri":"amqp://x"}""");

    private static StatefulMigration Failed(int i, DateTimeOffset? at = null)
    {
        var asked = Asked.For(name: $"drain-{i}");
        return asked with
        {
            Metadata = asked.Metadata with { Labels = new Dictionary<string, string> { [Markings.PodUid] = "uid-of-orders-0" } },
            Status = new StatefulMigrationStatus { Phase = "RolledBack", Conditions = [Asked.Ended(false, at ?? Asked.Now)] },
        };
    }
}
