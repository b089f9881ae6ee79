using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.Kubernetes.Resources;
using Ms2m.NodeWorker.Runtimes.Kubernetes;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Pods;
using Ms2m.NodeWorker.Tests.Kubernetes.Stage;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Pure;

public sealed class RestoredPodTests
{
    private const string Image = "localhost/ms2m/checkpoint/orders:1";

    private static readonly Guid Migration = Guid.NewGuid();

    private static Pod Source(string transcript = "032") => Opted(Recorded.Pod(transcript));

    private static Pod Opted(Pod pod) => pod with
    {
        Metadata = pod.Metadata with
        {
            Labels = new Dictionary<string, string>(pod.Metadata.Labels!)
            {
                [Markings.Workload] = "orders",
                [Markings.Instance] = "orders-959826a4",
            },
            Annotations = new Dictionary<string, string>
            {
                [Markings.Queue] = "orders",
                [Markings.LetIn] = "containerd://of-the-source",
                ["cni.projectcalico.org/podIP"] = "10.0.0.1",
                ["team"] = "shop",
            },
        },
    };

    private static Pod Restore(Pod source, string instance = "orders-123", Guid? migration = null) => RestoredPod.From(
        source, PodWorkloads.SpecOf(source)!,
        new InstanceFile(instance, "orders", InstanceRole.Shadow, 2, "amqp://instance-x@broker/", migration ?? Migration),
        "node1", Image, ImagePull.Never);

    [Fact]
    public void its_container_runs_the_checkpoint_on_the_other_node_and_is_never_started_again()
    {
        var pod = Restore(Source());

        Assert.Equal(("node1", "Never"), (pod.Spec!.NodeName, pod.Spec.RestartPolicy));
        Assert.Equal((Image, "Never"), (pod.Spec.Containers!.Single().Image, pod.Spec.Containers!.Single().ImagePullPolicy));
    }

    [Fact]
    public void what_containers_want_of_a_pod_that_starts_them_again_is_left_out()
    {
        var restarts = new Dictionary<string, JsonElement>
        {
            ["resizePolicy"] = JsonSerializer.SerializeToElement(new[] { new { resourceName = "cpu", restartPolicy = "RestartContainer" } }),
            ["restartPolicy"] = JsonSerializer.SerializeToElement("Always"),
            ["restartPolicyRules"] = JsonSerializer.SerializeToElement(Array.Empty<string>()),
            ["tty"] = JsonSerializer.SerializeToElement(true),
        };
        var source = Source();
        var sidecar = new PodContainer { Name = "sidecar", Others = restarts };
        source = source with
        {
            Spec = source.Spec! with
            {
                Containers = [source.Spec.Containers![0] with { Others = restarts }, new PodContainer { Name = "beside", Others = restarts }],
                InitContainers = [sidecar],
            },
        };

        var spec = Restore(source).Spec!;

        Assert.All(spec.Containers!, one => Assert.Equal(["tty"], one.Others!.Keys));
        Assert.Equal(["restartPolicy", "restartPolicyRules", "tty"], Assert.Single(spec.InitContainers!).Others!.Keys.Order());
    }

    [Fact]
    public void it_keeps_all_of_the_spec_that_is_not_the_servers_to_decide()
    {
        var source = Source();
        var (before, after) = (Spec(source), Spec(Restore(source)));

        Assert.Equal(
            ["containers", "nodeName", "preemptionPolicy", "priority", "restartPolicy"],
            before.Keys.Where(key => !after.TryGetValue(key, out var now) || now != before[key]).Order());
        Assert.Contains("kube-api-access-dkfgq", after["volumes"]);
        Assert.Contains("kubernetes.io/hostname", after["affinity"]);
        Assert.Contains("not-ready", after["tolerations"]);
    }

    [Fact]
    public void it_is_nobodys_yet_and_knows_whose_it_will_be()
    {
        var source = Source();
        var meta = Restore(source).Metadata;

        Assert.Equal(
            new Dictionary<string, string> { [Markings.Instance] = "orders-123", [Markings.Migration] = Migration.ToString() }, meta.Labels);
        Assert.Null(meta.OwnerReferences);
        Assert.Equal("StatefulSet/sc", meta.Annotation(Markings.FormerOwner));
        var toTake = JsonSerializer.Deserialize<Dictionary<string, string>>(meta.Annotation(Markings.LabelsToTake)!)!;
        Assert.Equal(
            source.Metadata.Labels!.Where(one => one.Key != Markings.Instance).OrderBy(one => one.Key), toTake.OrderBy(one => one.Key));
    }

    [Fact]
    public void what_was_done_for_the_former_pod_is_not_said_of_it()
    {
        var meta = Restore(Source()).Metadata;

        Assert.Equal((null, null, null), (meta.Uid, meta.ResourceVersion, meta.CreationTimestamp));
        Assert.True(meta.Others is null or { Count: 0 });
        Assert.Null(meta.GenerateName);
        Assert.Null(meta.Annotation("cni.projectcalico.org/podIP"));
        Assert.Null(meta.Annotation(Markings.LetIn));
        Assert.Equal(("shop", "orders"), (meta.Annotation("team"), meta.Annotation(Markings.Queue)));
    }

    [Fact]
    public void a_stateful_sets_has_the_sets_name_and_any_other_its_instances()
    {
        Assert.Equal("sc-0", Restore(Source()).Metadata.Name);
        Assert.Equal("orders-123", Restore(Source("035")).Metadata.Name);
    }

    [Fact]
    public void a_source_that_is_restored_gets_its_own_name_back() =>
        Assert.Equal(Recorded.Pod("035").Metadata.Name, Restore(Source("035"), "orders-959826a4").Metadata.Name);

    [Fact]
    public void a_copy_of_a_copy_still_knows_the_image_and_the_labels_of_the_first()
    {
        var first = Restore(Source()) with { Status = Source().Status };

        var second = Restore(first, "orders-456");

        Assert.Equal("registry.test:5000/test/counter:2", second.Metadata.Annotation(Markings.BaseImage));
        Assert.Equal(first.Metadata.Annotation(Markings.LabelsToTake), second.Metadata.Annotation(Markings.LabelsToTake));
        Assert.Equal(first.Metadata.Annotation(Markings.FormerOwner), second.Metadata.Annotation(Markings.FormerOwner));
        Assert.Equal(PodWorkloads.SpecOf(Source())!.Pod, PodWorkloads.SpecOf(second)!.Pod);
    }

    [Fact]
    public void without_a_checkpoint_it_runs_its_owners_image()
    {
        var source = Restore(Source());
        var file = new InstanceFile("orders-9", "orders", InstanceRole.Active, 3, "amqp://x@broker/");

        var pod = RestoredPod.From(source, PodWorkloads.SpecOf(source)!, file, "node1", null, ImagePull.AsBefore);

        var container = pod.Spec!.Containers!.Single();
        // The copy's own policy is that of an image which is there and nowhere else.
        Assert.Equal(("registry.test:5000/test/counter:2", "IfNotPresent"), (container.Image, container.ImagePullPolicy));
        Assert.DoesNotContain(Markings.Migration, pod.Metadata.Labels!.Keys);
    }

    [Fact]
    public void the_containers_instance_file_is_there_before_it_runs() =>
        Assert.Equal(Migration, PodWorkloads.FileOf(Restore(Source()))!.MigrationId);

    private static Dictionary<string, string> Spec(Pod pod) =>
        JsonSerializer.SerializeToElement(pod.Spec!, KubernetesJson.Default.PodSpec).EnumerateObject()
            .ToDictionary(one => one.Name, one => one.Value.GetRawText());
}
