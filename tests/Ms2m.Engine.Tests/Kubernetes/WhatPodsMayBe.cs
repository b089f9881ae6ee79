using Ms2m.Contracts;
using Ms2m.Engine.Hosting;
using Ms2m.Engine.Pods;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>A pod's labels and annotations are wishes of whoever may create pods.</summary>
public class WhatPodsMayBe
{
    [Theory]
    [InlineData("", "orders", true)]
    [InlineData("", "orders.in", true)]
    [InlineData("", "payments", false)]
    [InlineData("", "orders2", false)]
    [InlineData("", "*", false)]
    [InlineData("orders=incoming", "incoming", true)]
    [InlineData("orders=incoming", "incoming.more", false)]
    [InlineData("orders=audit.*", "audit.day", true)]
    [InlineData("orders=audit.*", "audit.*", true)]
    [InlineData("orders=audit.*", "*", false)]
    [InlineData("ledger=incoming", "incoming", false)]
    [InlineData("*=*", "whatever", true)]
    [InlineData("shop/orders=incoming", "incoming", true)]
    [InlineData("billing/orders=incoming", "orders", false)]
    public void is_their_own_name_and_what_was_granted(string grants, string queue, bool may) =>
        Assert.Equal(may, PodRights.Parse(grants).Refusal(Spec(queue)) is null);

    [Theory]
    [InlineData("Orders=x")]
    [InlineData("a/b/c=x")]
    [InlineData("orders=x;orders=y")]
    public void is_not_guessed_from_grants_that_cannot_be_read(string grants) =>
        Assert.Throws<EngineOptionsException>(() => PodRights.Parse(grants));

    [Fact]
    public void exchanges_are_looked_at_like_queues()
    {
        var rights = PodRights.Parse("orders=audit");

        Assert.Null(rights.Refusal(Spec("orders") with { Publishes = ["audit"] }));
        Assert.NotNull(rights.Refusal(Spec("orders") with { Publishes = ["audit", "secrets"] }));
        Assert.NotNull(rights.Refusal(Spec("orders") with { Binds = ["*"] }));
    }

    [Theory]
    [InlineData("orders", "orders-0a1b2c3d", true)]
    [InlineData("orders", "orders-0a1b2c3d-2", true)]
    [InlineData("orders", "orders-eu-0a1b2c3d", false)]
    [InlineData("orders", "orders-0a1b2c3d-0a1b2c3d", false)]
    [InlineData("orders", "payments-0a1b2c3d", false)]
    [InlineData("orders", "orders", false)]
    [InlineData("orders", "orders-39f5190e0995", false)]
    public void an_id_says_of_which_workload_and_pod_it_is(string workload, string instance, bool isIt) =>
        Assert.Equal(isIt, PodInstances.IsOf(workload, instance));

    [Fact]
    public void users_of_copies_are_the_workloads_too() =>
        Assert.Equal("orders-39f5190e0995", PodInstances.UserOf("orders", "instance-orders-39f5190e0995"));

    private static WorkloadSpec Spec(string queue) => new("orders", "image", queue, new Dictionary<string, string>())
    {
        Pod = new WorkloadPod("shop", "orders", PodOwner.StatefulSet, "orders"),
    };
}
