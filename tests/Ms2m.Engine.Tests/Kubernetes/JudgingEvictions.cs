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
        Assert.True(EvictionRule.Judge(null, [], null).Allowed);
        Assert.True(EvictionRule.Judge(pod with { Metadata = pod.Metadata with { Labels = null } }, [], null).Allowed);
        Assert.True(EvictionRule.Judge(pod with { Status = new PodStatus { Phase = "Succeeded" } }, [], Guid.NewGuid()).Allowed);
        Assert.True(EvictionRule.Judge(As("Retired"), [], Guid.NewGuid()).Allowed);
        Assert.True(EvictionRule.Judge(
            pod with { Metadata = pod.Metadata with { Labels = new Dictionary<string, string> { [Markings.Workload] = "orders" } } }, [], null).Allowed);
    }

    [Fact]
    public void what_holds_state_may_not_and_the_drain_is_told()
    {
        var verdict = EvictionRule.Judge(Asked.Pod(), [], null);

        Assert.Equal((false, true), (verdict.Allowed, verdict.Asks));
        Assert.Contains("is being migrated", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void while_it_is_moved_it_stays_and_so_does_its_copy()
    {
        var migration = Guid.NewGuid();

        Assert.Contains(migration.ToString(), EvictionRule.Judge(Asked.Pod(), [], migration).Message, StringComparison.Ordinal);
        Assert.False(EvictionRule.Judge(As("Shadow"), [], migration).Allowed);
        Assert.True(EvictionRule.Judge(As("Shadow"), [], null).Allowed);
        var asked = Asked.For();
        var verdict = EvictionRule.Judge(Asked.Pod(), [asked], null);
        Assert.Equal((false, false), (verdict.Allowed, verdict.Asks));
        Assert.Contains("is being migrated to node2", verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void when_nobody_could_move_it_it_may_go_and_whoever_asked_is_warned()
    {
        var failed = Enumerable.Range(0, Engine.Kubernetes.Draining.Attempts.Most).Select(i => Failed(i)).ToArray();

        Assert.False(EvictionRule.Judge(Asked.Pod(), failed[1..], null).Allowed);
        var verdict = EvictionRule.Judge(Asked.Pod(), failed, null);
        Assert.True(verdict.Allowed);
        Assert.Contains("is lost", verdict.Message, StringComparison.Ordinal);
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

    private static Pod As(string role) => Asked.Pod(marks: marks =>
        marks[Markings.InstanceFile] = $$"""{"instanceId":"a","workload":"b","role":"{{role}}","epoch":1,"brokerUri":"amqp://x"}""");

    private static StatefulMigration Failed(int i)
    {
        var asked = Asked.For(name: $"drain-{i}");
        return asked with
        {
            Metadata = asked.Metadata with { Labels = new Dictionary<string, string> { [Markings.PodUid] = "uid-of-orders-0" } },
            Status = new StatefulMigrationStatus { Phase = "RolledBack", Conditions = [Asked.Ended(false, Asked.Now)] },
        };
    }
}
