using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Tests.Steps;

namespace Ms2m.NodeWorker.Tests.Heartbeat;

public sealed class NodeReporterTests
{
    [Fact]
    public async Task an_instance_that_is_restored_and_activated_while_it_is_looked_at_does_not_seem_to_have_ended()
    {
        await using var stage = await WorkerStage.OpenAsync();
        var file = new InstanceFile("orders-t", "orders", InstanceRole.Shadow, 4, "amqp://nowhere", Guid.NewGuid());
        stage.Instances.Write(file);
        await stage.Runtime.PrepareAsync(new("orders-t", WorkerStage.Spec, "/nowhere"), default);
        stage.Runtime.AfterListing = () => stage.Instances.Write(file with { Role = InstanceRole.Active, Epoch = 5 });

        var seen = Assert.Single((await stage.ReportAsync()).Instances);

        Assert.Equal(("exited", InstanceRole.Shadow), (seen.State, seen.Role));
    }

    [Fact]
    public async Task an_active_instance_that_has_ended_is_reported_so()
    {
        await using var stage = await WorkerStage.OpenAsync();
        await stage.RunAsync("orders-s");
        stage.Runtime.Kill("orders-s");

        var seen = Assert.Single((await stage.ReportAsync()).Instances);

        Assert.Equal(("exited", InstanceRole.Active), (seen.State, seen.Role));
    }

    [Fact]
    public async Task nothing_is_said_of_instances_before_they_were_seen_once()
    {
        await using var stage = await WorkerStage.OpenAsync();
        await stage.RunAsync("orders-s");
        var reporter = stage.NewReporter();
        stage.Runtime.ListingFails = NodeFailures.KubernetesSilent("list pods", "it was told to");

        Assert.Null(await reporter.LookAsync(default));
        stage.Runtime.ListingFails = null;
        Assert.Single((await reporter.LookAsync(default))!.Instances);
        stage.Runtime.ListingFails = NodeFailures.KubernetesSilent("list pods", "it was told to");
        Assert.Single((await reporter.LookAsync(default))!.Instances);
    }

    [Fact]
    public async Task an_instance_that_stands_still_is_reported_so()
    {
        await using var stage = await WorkerStage.OpenAsync();
        await stage.RunAsync("orders-s");
        await stage.Runtime.FreezeAsync("orders-s", default);

        var seen = Assert.Single((await stage.ReportAsync()).Instances);

        Assert.Equal((Container.Frozen, InstanceRole.Active), (seen.State, seen.Role));
    }
}
