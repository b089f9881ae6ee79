using System.Collections.Immutable;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;
using Ms2m.Migrations.Preflight;
using Ms2m.Migrations.Tests.Stories;
using Ms2m.Migrations.Views;

namespace Ms2m.Migrations.Tests.Strategies;

/// <summary>What stands in the way is said before anything is touched.</summary>
public class PreCheckVerdicts
{
    /// <summary>What <c>criu cpuinfo dump</c> wrote on a real machine.</summary>
    private const string Cpu =
        "GUNWVBNAQGFjAAAACmEIAhAaGAIgASgCMP/3r7wBMP/3z/4CMAAwgIDEEDCD5Oj/DzAAMPOHgAIwADAAMKuP/I0PMA8wxr+BAjAAMIWAiIAFMAQwADAAMAAwkAI6CEFNRCBFUFlDQOUBSIATUIAT";

    private static readonly NodeSurroundings _there = new(Cpu, [22, 5432], ["localhost/ms2m/orders:latest"], 5L << 30);

    [Fact]
    public void all_is_well_and_every_check_says_what_it_saw()
    {
        var verdicts = Judge(Fine());

        Assert.All(verdicts, verdict => Assert.Equal(VerdictLevel.Ok, verdict.Level));
        Assert.Superset(
            new HashSet<string> { "cpu", "criu", "kernel", "runtime", "image", "memory", "checkpoint-space", "disk", "open-files", "ports", "clock" },
            verdicts.Select(verdict => verdict.Check).ToHashSet());
    }

    public static TheoryData<string, string> Obstructed => new()
    {
        { "cpu", "MS2M-0127" },
        { "criu", "MS2M-0126" },
        { "image", "MS2M-0122" },
        { "memory", "MS2M-0123" },
        { "checkpoint-space", "MS2M-0123" },
        { "disk", "MS2M-0123" },
        { "open-files", "MS2M-0124" },
        { "ports", "MS2M-0125" },
        { "runtime", "MS2M-0134" },
    };

    [Theory]
    [MemberData(nameof(Obstructed))]
    public void what_stands_in_the_way_is_refused_with_a_remedy(string check, string code)
    {
        var verdict = Judge(Broken(check)).Single(one => one.Level == VerdictLevel.Refusal);

        Assert.Equal((check, code), (verdict.Check, verdict.Code));
        Assert.False(string.IsNullOrWhiteSpace(verdict.Remedy));
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("criu")]
    [InlineData("open-files")]
    [InlineData("checkpoint-space")]
    [InlineData("runtime")]
    public void a_workload_without_memory_to_carry_does_not_need_it(string check) =>
        Assert.Null(PreChecks.RefusalIn(PreChecks.Judge(PlanCatalogue.Find("cold")!, Broken(check))));

    /// <summary>Else a node that has a workload's memory already would be the one that cannot take it.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("checkpoint-space")]
    public void what_gives_way_counts_as_free(string check)
    {
        var broken = Broken(check);
        var keeping = broken with { Target = broken.Target with { Holdings = [new Holding(Guid.Empty, Holding.Base, 1L << 30)] } };
        var receiving = broken with { Target = broken.Target with { Holdings = [new Holding(Guid.Empty, "incoming-checkpoint", 1L << 30)] } };

        Assert.NotNull(PreChecks.RefusalIn(Judge(broken)));
        Assert.Null(PreChecks.RefusalIn(Judge(keeping)));
        Assert.NotNull(PreChecks.RefusalIn(Judge(receiving)));
    }

    [Fact]
    public void volumes_that_the_targets_disk_has_no_room_for_are_refused()
    {
        var fine = WithVolumes();

        var refusal = PreChecks.RefusalIn(Judge(fine with { Instance = fine.Instance with { VolumeBytes = 6L << 30 } }));

        Assert.Equal("MS2M-0123", refusal?.Code);
        Assert.Null(PreChecks.RefusalIn(Judge(fine)));
    }

    [Theory]
    [InlineData(true, true, TransferMode.Direct, VerdictLevel.Ok)]
    [InlineData(true, true, TransferMode.Delta, VerdictLevel.Ok)]
    [InlineData(false, true, TransferMode.Direct, VerdictLevel.Warning)]
    [InlineData(true, false, TransferMode.Direct, VerdictLevel.Warning)]
    [InlineData(true, true, TransferMode.Registry, VerdictLevel.Warning)]
    public void volumes_that_must_travel_in_the_freeze_are_warned_of(
        bool atSource, bool atTarget, TransferMode mode, VerdictLevel level)
    {
        var fine = WithVolumes();

        var verdicts = Judge(fine with
        {
            Source = Rsync(fine.Source, atSource),
            Target = Rsync(fine.Target, atTarget),
            Transfer = new TransferOptions(mode),
        });

        Assert.Equal(level, verdicts.Single(one => one.Check == "volumes").Level);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void a_number_of_rounds_is_warned_of_where_nothing_travels_in_rounds(bool volumes, bool warned)
    {
        var asked = (volumes ? WithVolumes() : Fine()) with { Transfer = new TransferOptions(MaxRounds: 3) };

        Assert.Equal(warned, Judge(asked).Any(one => one is { Check: "transfer", Level: VerdictLevel.Warning }));
    }

    [Fact]
    public void a_workload_without_volumes_hears_nothing_of_them() =>
        Assert.DoesNotContain(Judge(Fine()), one => one.Check == "volumes");

    [Theory]
    [InlineData(TransferMode.Direct, true)]
    [InlineData(TransferMode.Delta, true)]
    [InlineData(TransferMode.Registry, false)]
    public void what_has_volumes_sends_them_ahead(TransferMode mode, bool ahead)
    {
        var fine = WithVolumes();

        Assert.Equal(ahead, Shape.Of(fine.Spec, new TransferOptions(mode), postCopy: false).PreCopies);
    }

    [Fact]
    public void an_older_kernel_and_clocks_apart_are_warnings()
    {
        var fine = Fine();
        var verdicts = Judge(fine with
        {
            Target = fine.Target with { ClockBehindMs = 4_000, Versions = new Dictionary<string, string>(fine.Target.Versions) { ["kernel"] = "6.1.0" } },
        });

        Assert.Equal(["kernel", "clock"], verdicts.Where(one => one.Level == VerdictLevel.Warning).Select(one => one.Check));
        Assert.Null(PreChecks.RefusalIn(verdicts));
    }

    [Fact]
    public void an_older_worker_that_reports_less_is_no_obstacle()
    {
        var fine = Fine();
        var verdicts = Judge(fine with
        {
            Instance = fine.Instance with { Picture = null },
            Source = fine.Source with { Surroundings = null, ClockBehindMs = null, Versions = new Dictionary<string, string>() },
            Target = fine.Target with { Surroundings = null, ClockBehindMs = null, Versions = new Dictionary<string, string>() },
        });

        Assert.Null(PreChecks.RefusalIn(verdicts));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64")]
    [InlineData("GUNWVBNAQGH/////")]
    public void a_processor_that_cannot_be_read_is_no_reason_to_refuse(string image)
    {
        var fine = Fine();

        var cpu = Judge(fine with { Target = fine.Target with { Surroundings = _there with { Cpu = image } } }).Single(one => one.Check == "cpu");

        Assert.Equal(VerdictLevel.Warning, cpu.Level);
    }

    [Fact]
    public void the_request_is_refused_and_the_log_has_all_verdicts()
    {
        var fine = Broken("ports");
        var story = new Story().Tell(new Asked(
            new StartMigration(Story.Id, "orders", "node-b"), [fine.Source with { Instances = [fine.Instance] }, fine.Target], Story.Id, Line.Empty));

        var rejected = Assert.IsType<MigrationRejected>(Assert.Single(story.Events));
        Assert.Equal("MS2M-0125", rejected.Reason.Code);
        Assert.Contains(rejected.Verdicts, verdict => verdict is { Check: "cpu", Level: VerdictLevel.Ok });
        Assert.Empty(story.Sent);
    }

    [Fact]
    public void a_forecast_names_the_steps_and_the_medians_of_the_past()
    {
        var fine = Fine();
        var start = new StartMigration(Story.Id, "orders", "node-b");
        var first = RequestCheck.Check(
            new Asked(start, [fine.Source with { Instances = [fine.Instance] }, fine.Target], Story.Id, Line.Empty), Story.Start);
        MigrationView[] past =
        [
            .. new[] { 900.0, 1200, 1500 }.Select(ms => new MigrationView { MigrationId = Guid.Empty, Strategy = "shadow", TotalMs = ms, InterruptionMs = ms / 20 }),
            new MigrationView { MigrationId = Guid.Empty, Strategy = "cold", TotalMs = 1 },
        ];

        var forecast = Forecast.Of(start, first, past);

        Assert.True(forecast.Accepted);
        Assert.Equal((3, 1200, 60), (forecast.Predicted!.From, forecast.Predicted.TotalMs, forecast.Predicted.InterruptionMs));
        Assert.Contains(forecast.Stages, stage => stage is { StopsSource: true } && stage.Steps.Contains(StepNames.QuiesceSource));
        Assert.Contains(forecast.Stages, stage => stage is { AfterCommit: true } && stage.Steps.Contains(StepNames.PromoteShadow));
    }

    private static ImmutableArray<PreCheckVerdict> Judge(Candidate candidate) =>
        PreChecks.Judge(PlanCatalogue.Find("shadow")!, candidate);

    private static Candidate Fine()
    {
        var versions = new Dictionary<string, string> { ["criu"] = "4.2.1", ["kernel"] = "6.18.0", ["podman"] = "5.8.6" };
        var fine = ChoosingAStrategy.Of(Story.Orders with { Image = "localhost/ms2m/orders" });
        return fine with
        {
            Instance = fine.Instance with { Picture = new ProcessPicture(1, [8080], []) },
            Source = fine.Source with { Versions = versions, Surroundings = _there, ClockBehindMs = 3 },
            Target = fine.Target with { Versions = versions, Surroundings = _there, ClockBehindMs = 5 },
        };
    }

    [Theory]
    [InlineData("containerd 2.1.9", "containerd 2.2.0", VerdictLevel.Ok)]
    [InlineData("containerd 1.7.27", "containerd 2.1.9", VerdictLevel.Warning)]
    [InlineData("containerd 2.1.9", "cri-o 1.37.0", VerdictLevel.Refusal)]
    [InlineData("cri-o 1.37.0", null, VerdictLevel.Refusal)]
    public void a_checkpoint_does_not_cross_from_one_runtime_to_another(string source, string? target, VerdictLevel level) =>
        Assert.Equal(level, Judge(WithRuntimes(source, target)).Single(one => one.Check == "runtime").Level);

    [Fact]
    public void a_runtime_that_is_not_known_says_nothing() =>
        Assert.DoesNotContain(Judge(WithRuntimes("missing", "containerd 2.1.9")), one => one.Check == "runtime");

    [Fact]
    public void a_pods_image_is_for_its_kubelet_to_fetch()
    {
        var broken = Broken("image");
        var pod = new WorkloadPod("shop", "c", PodOwner.ReplicaSet, "orders");

        var verdicts = Judge(broken with { Instance = broken.Instance with { Spec = broken.Spec with { Pod = pod } } });

        Assert.DoesNotContain(verdicts, one => one.Check == "image");
    }

    /// <summary>As nodes of Kubernetes report them; podman's for null.</summary>
    private static Candidate WithRuntimes(string source, string? target)
    {
        var fine = Fine();
        return fine with { Source = With(fine.Source, source), Target = With(fine.Target, target) };

        static NodeReported With(NodeReported node, string? runtime) => runtime is null ? node : node with
        {
            Versions = new Dictionary<string, string> { ["criu"] = "4.2.1", ["kernel"] = "6.18.0", ["runtime"] = runtime },
        };
    }

    private static Candidate WithVolumes()
    {
        var fine = Fine();
        return fine with { Instance = fine.Instance with { Spec = fine.Spec with { Volumes = [new WorkloadVolume("data", "/data")] } } };
    }

    private static NodeReported Rsync(NodeReported node, bool available) =>
        node with { Features = [.. node.Features, new NodeFeature("rsync", available, "")] };

    /// <summary>One bit of the first word less.</summary>
    private static string Forgetful()
    {
        var image = Convert.FromBase64String(Cpu);
        image[25] &= 0xFE;
        return Convert.ToBase64String(image);
    }

    private static Candidate Broken(string check)
    {
        var fine = Fine();
        var (instance, target) = (fine.Instance, fine.Target);
        return check switch
        {
            "cpu" => fine with { Target = target with { Surroundings = _there with { Cpu = Forgetful() } } },
            "criu" => fine with { Target = target with { Versions = new Dictionary<string, string>(target.Versions) { ["criu"] = "4.1" } } },
            "image" => fine with { Target = target with { Surroundings = _there with { Images = [] } } },
            "memory" => fine with { Target = target with { MemoryFreeBytes = 100 << 20 } },
            "checkpoint-space" => fine with { Target = target with { CheckpointSpaceBytes = 10 << 20 } },
            "disk" => fine with { Target = target with { Surroundings = _there with { DiskFreeBytes = 1 << 20 } } },
            "open-files" => fine with { Instance = instance with { Picture = new ProcessPicture(1, [], [new Obstacle("/dev/fuse", "it is a device of its node.")]) } },
            "ports" => fine with { Instance = instance with { Picture = new ProcessPicture(1, [5432], []) } },
            "runtime" => WithRuntimes("containerd 2.1.9", "cri-o 1.37.0"),
            _ => throw new ArgumentOutOfRangeException(nameof(check)),
        };
    }
}
