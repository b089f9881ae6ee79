using System.Collections.Immutable;
using System.Globalization;
using Ms2m.Contracts;
using Ms2m.Migrations.Plans;

namespace Ms2m.Migrations.Preflight;

/// <summary>The pre-checks: pure judgements over what the nodes last reported. Nothing is touched or asked for them, so
/// they can be made at any time.</summary>
public static class PreChecks
{
    /// <summary>For a container's own layer and log.</summary>
    private const long LeastDisk = 64L << 20;

    private static readonly Func<Checked, PreCheckVerdict?>[] _all =
        [CpuCheck.Judge, VersionChecks.Criu, VersionChecks.Kernel, RuntimeCheck.Judge, ImageCheck.Judge, Memory, CheckpointSpace, Disk, Obstacles, Ports, Clock, TransferChecks.Judge, VolumeChecks.Judge, PostCopy];

    /// <summary>All verdicts, in the order of the checks; what does not apply says nothing.</summary>
    public static ImmutableArray<PreCheckVerdict> Judge(Strategy strategy, Candidate candidate)
    {
        var subject = new Checked(candidate, CopiesMemory(strategy, candidate));
        return [.. _all.Select(check => check(subject)).OfType<PreCheckVerdict>()];
    }

    /// <summary>The first that stands in the way, as the failure it is.</summary>
    public static Failure? RefusalIn(IEnumerable<PreCheckVerdict> verdicts) => verdicts
        .Where(verdict => verdict.Level == VerdictLevel.Refusal)
        .Select(verdict => new Failure(verdict.Code ?? "", verdict.Message, verdict.Remedy ?? ""))
        .FirstOrDefault();

    private static bool CopiesMemory(Strategy strategy, Candidate candidate) =>
        PlanCatalogue.For(strategy, candidate).Reversible(StepNames.TakeCheckpoint) is not null;

    private static PreCheckVerdict Memory(Checked one)
    {
        // While it is restored the process is in memory twice: as images and as itself.
        var needed = one.Candidate.Instance.MemoryBytes * (one is { CopiesMemory: true, Candidate.PostCopy: false } ? 2 : 1);
        var free = NodeRoom.Memory(one.Target);
        return free >= needed
            ? Say.Ok("memory", $"{Mega(free)} free, {Mega(needed)} needed.")
            : Say.No("memory", Failures.TooLittle("memory", one.Target.Node, needed, free));
    }

    // Nodes that cannot are refused before.
    private static PreCheckVerdict? PostCopy(Checked one) => !one.Candidate.PostCopy ? null
        : Say.Ok("post-copy", "Both nodes can hand memory over a page at a time; the source is needed until the last one.");

    private static PreCheckVerdict? CheckpointSpace(Checked one) => !one.CopiesMemory || one.Candidate.PostCopy ? null
        : NodeRoom.Checkpoints(one.Target) is var free && free >= one.Candidate.Instance.MemoryBytes
            ? Say.Ok("checkpoint-space", $"{Mega(free)} free on the target.")
            : Say.No("checkpoint-space", Failures.TooLittle(
                "room for checkpoints", one.Target.Node, one.Candidate.Instance.MemoryBytes, free));

    private static PreCheckVerdict? Disk(Checked one) => one.Target.Surroundings is not { DiskFreeBytes: var free } ? null
        : free >= DiskFor(one) ? Say.Ok("disk", $"{Mega(free)} free on the target.")
        : Say.No("disk", Failures.TooLittle("disk", one.Target.Node, DiskFor(one), free));

    // Volumes lie where the node's containers do, unless its operator has other plans; the target looks itself, too.
    private static long DiskFor(Checked one) =>
        LeastDisk + (one.CopiesMemory ? one.Candidate.Instance.VolumeBytes ?? 0 : 0);

    private static PreCheckVerdict? Obstacles(Checked one) => (one.CopiesMemory, one.Candidate.Instance.Picture) switch
    {
        (false, _) or (_, null) => null,
        (_, { Obstacles: [var first, ..] all }) => Say.No("open-files", Failures.CannotBeHeld(first, all.Count - 1)),
        (_, var picture) => Say.Ok("open-files", string.Create(
            CultureInfo.InvariantCulture, $"Nothing that a checkpoint could not hold, in {picture.Processes} process(es).")),
    };

    private static PreCheckVerdict? Ports(Checked one)
    {
        // A pod listens in a network of its own, too.
        if (one.Candidate.Spec is not { Address: null, Pod: null } || one.Target.Surroundings is not { } there || one.Candidate.Instance.Picture is not { } picture)
        {
            return null;
        }

        return picture.Ports.Intersect(there.Ports).Order().ToArray() is [var taken, ..]
            ? Say.No("ports", Failures.PortTaken(taken, one.Target.Node))
            : Say.Ok("ports", picture.Ports.Count == 0 ? "It listens on none of its node's." : $"Free on the target: {string.Join(", ", picture.Ports)}.");
    }

    private static PreCheckVerdict? Clock(Checked one)
    {
        if (one.Source.ClockBehindMs is not { } source || one.Target.ClockBehindMs is not { } target)
        {
            return null;
        }

        var apart = Math.Abs(source - target);
        return apart < 1000
            ? Say.Ok("clock", "The nodes' clocks are less than a second apart.")
            : Say.Warn("clock", string.Create(CultureInfo.InvariantCulture, $"The nodes' clocks seem to be {apart / 1000:0.0} s apart."),
                "Let both follow a time server: a workload that measures time will see a jump.");
    }

    private static string Mega(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0} MB");
}
