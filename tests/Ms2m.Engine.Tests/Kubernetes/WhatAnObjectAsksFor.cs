using Ms2m.Contracts;
using Ms2m.Kubernetes.Operator;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

public sealed class WhatAnObjectAsksFor
{
    private static readonly Uri _broker = new("amqp://engine:secret@rabbitmq.ms2m.svc:5672/");

    [Fact]
    public void it_is_named_for_the_object_and_says_who_asked()
    {
        var asked = Asked.For();

        var start = Of(asked).Start!;

        Assert.Equal(Guid.Parse(asked.Metadata.Uid!), start.MigrationId);
        Assert.Equal(("orders-0", "node2", "auto", "kubernetes:shop/move"), (start.Workload, start.TargetNode, start.Strategy, start.RequestedBy));
        Assert.Null(start.Policy);
        Assert.Null(start.Transfer);
    }

    [Theory]
    [InlineData(null, "auto")]
    [InlineData("auto", "auto")]
    [InlineData("ShadowPod", "shadow")]
    [InlineData("shadow", "shadow")]
    [InlineData("Sequential", "sequential")]
    [InlineData("sequential", "sequential")]
    [InlineData("cold", "cold")]
    public void both_spellings_of_a_strategy_are_one(string? asked, string strategy) =>
        Assert.Equal(strategy, Of(Asked.For(Spec() with { MigrationStrategy = asked })).Start!.Strategy);

    [Theory]
    [InlineData(null, null, false, null)]
    [InlineData(null, "registry:5000/x", false, TransferMode.Registry)]
    [InlineData("Registry", null, false, TransferMode.Registry)]
    [InlineData("registry", "registry:5000/x", false, TransferMode.Registry)]
    [InlineData("Direct", "registry:5000/x", false, TransferMode.Direct)]
    [InlineData("direct", null, true, TransferMode.Delta)]
    [InlineData("delta", null, false, TransferMode.Delta)]
    [InlineData(null, null, true, TransferMode.Delta)]
    [InlineData(null, "registry:5000/x", true, TransferMode.Delta)]
    public void how_the_checkpoint_travels_follows_from_three_fields(string? mode, string? repository, bool preDump, TransferMode? transfer) =>
        Assert.Equal(transfer, Of(Asked.For(Spec() with
        {
            TransferMode = mode,
            CheckpointImageRepository = repository,
            PreDumpConfig = new PreDumpConfig { Enabled = preDump },
        })).Start!.Transfer?.Mode);

    [Fact]
    public void the_cutoff_is_the_longest_replay() =>
        Assert.Equal(90_000, Of(Asked.For(Spec() with { ReplayCutoffSeconds = 90 })).Start!.Policy!.MaxReplayMs);

    [Fact]
    public void what_cannot_be_is_refused_with_a_code()
    {
        Refused("MS2M-1320", Spec() with { MigrationStrategy = "teleport" });
        Refused("MS2M-1320", Spec() with { TransferMode = "pigeon" });
        Refused("MS2M-1320", Spec() with { TransferMode = "Registry", PreDumpConfig = new PreDumpConfig { Enabled = true } });
        Refused("MS2M-1320", Spec() with { ReplayCutoffSeconds = 0 });
        Refused("MS2M-1323", Spec() with { ContainerName = "proxy" });
        Refused("MS2M-1326", Spec() with { MessageQueueConfig = new MessageQueueConfig { QueueName = "other" } });
        Refused("MS2M-1327", Spec() with { MessageQueueConfig = new MessageQueueConfig { BrokerUrl = "amqp://elsewhere:5672/" } });
        Refused("MS2M-1320", Spec() with { MessageQueueConfig = new MessageQueueConfig { BrokerUrl = "amqp://guest:guest@rabbitmq.ms2m.svc:5672/" } });
        Refused("MS2M-1321", Spec(), around => around with { Pod = null });
        Refused("MS2M-1321", Spec(), around => around with { Pod = around.Pod! with { Status = new PodStatus { Phase = "Succeeded" } } });
        Refused("MS2M-1322", Spec(), around => around with { Pod = around.Pod! with { Metadata = around.Pod.Metadata with { Labels = null } } });
        Refused("MS2M-1324", Spec(), around => around with { TargetExists = false });
    }

    [Fact]
    public void a_password_in_an_address_is_not_repeated()
    {
        var refusal = Of(Asked.For(Spec() with { MessageQueueConfig = new MessageQueueConfig { BrokerUrl = "amqp://u:hidden@x:1/" } })).Refusal!;
        Assert.DoesNotContain("hidden", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void what_fits_may_be_said()
    {
        var spec = Spec() with
        {
            ContainerName = "orders",
            MessageQueueConfig = new MessageQueueConfig
            {
                QueueName = "orders",
                BrokerUrlSecretRef = new SecretKeyReference { Name = "broker", Key = "url" },
                ExchangeName = "orders.in",
                RoutingKey = "#",
            },
        };

        Assert.NotNull(Of(Asked.For(spec)).Start);
    }

    [Theory]
    [InlineData("amqp://rabbitmq.ms2m.svc:5672/", true)]
    [InlineData("amqp://rabbitmq.ms2m.svc", true)]
    [InlineData("amqp://rabbitmq.ms2m.svc.cluster.local:5672/%2f", true)]
    [InlineData("amqp://RabbitMQ.ms2m:5672", true)]
    [InlineData("amqp://rabbitmq.ms2m.svc:5673/", false)]
    [InlineData("amqp://rabbitmq.ms2m.svc:5672/other", false)]
    [InlineData("amqps://rabbitmq.ms2m.svc/", false)]
    [InlineData("amqp://rabbitmq.other.svc:5672/", false)]
    public void a_broker_is_the_engines_by_host_port_and_virtual_host(string url, bool same) =>
        Assert.Equal(same, BrokerAddress.Same(BrokerAddress.Read(url)!, _broker));

    [Fact]
    public void a_young_object_waits_for_its_pod_to_be_let_in_and_an_old_one_does_not()
    {
        Surroundings NotLetIn(Surroundings around) => around with
        {
            Pod = around.Pod! with { Metadata = around.Pod.Metadata with { Labels = new Dictionary<string, string> { [Markings.Workload] = "orders" } } },
        };

        Assert.Equal("MS2M-1325", Of(Asked.For(), around => NotLetIn(around) with { Patient = true }).Waits?.Code);
        Refused("MS2M-1325", Spec(), NotLetIn);
        // Let in, and its node has not said so yet: labels alone are anybody's.
        Assert.NotNull(Of(Asked.For(), around => around with { Instances = [], Patient = true }).Waits);
        Refused("MS2M-1325", Spec(), around => around with { Instances = [] });
        // It does not run: what the engine says to that is the log's.
        Surroundings Stopped(Surroundings around) => around with { Instances = [Asked.Instance("orders-0") with { State = "exited" }] };
        Assert.NotNull(Of(Asked.For(), around => Stopped(around) with { Patient = true }).Waits);
        Assert.NotNull(Of(Asked.For(), Stopped).Start);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void labels_of_another_namespaces_workload_move_nothing(bool patient)
    {
        var others = Asked.Instance("orders-0");
        others = others with { Spec = others.Spec with { Pod = others.Spec.Pod! with { Namespace = "bank" } } };

        Refused("MS2M-1330", Spec(), around => around with { Instances = [others], Patient = patient });
        // Nor if a node reports the false one, too.
        Refused("MS2M-1330", Spec(), around => around with { Instances = [Asked.Instance("orders-0"), others], Patient = patient });
        // One that is no pod is in no namespace.
        Refused("MS2M-1330", Spec(), around => around with { Instances = [others with { Spec = others.Spec with { Pod = null } }], Patient = patient });
    }

    [Fact]
    public void an_object_without_a_proper_uid_still_has_one_migration_of_its_own()
    {
        var one = Asked.For() with { Metadata = new ObjectMeta { Uid = "not-a-guid" } };

        Assert.Equal(MigrationOrder.IdOf(one), MigrationOrder.IdOf(one with { Spec = null }));
        Assert.NotEqual(MigrationOrder.IdOf(one), MigrationOrder.IdOf(one with { Metadata = new ObjectMeta { Uid = "another" } }));
    }

    private static StatefulMigrationSpec Spec() => new() { SourcePod = "orders-0", TargetNode = "node2" };

    private static void Refused(string code, StatefulMigrationSpec spec, Func<Surroundings, Surroundings>? around = null) =>
        Assert.Equal(code, Of(Asked.For(spec), around).Refusal?.Code);

    private static Order Of(StatefulMigration asked, Func<Surroundings, Surroundings>? change = null)
    {
        var around = new Surroundings(Asked.Pod(), true, [Asked.Instance("orders-0")], _broker, Patient: false);
        return MigrationOrder.Of(asked, change?.Invoke(around) ?? around);
    }
}
