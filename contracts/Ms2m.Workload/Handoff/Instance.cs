using Ms2m.Contracts;

namespace Ms2m.Workload;

/// <summary>The pure part of one workload instance: everything that decides what is applied, in which order, and what the
/// broker is told. It does no I/O and reads no clock; inputs are its methods, outputs are <see cref="Acts"/>. It is
/// ordinary memory, so a checkpoint takes it along, and <see cref="Clone"/> is what a checkpoint does.</summary>
internal sealed partial class Instance(int window)
{
    private readonly int window = window;
    private DeliveryLine line = new();
    private Unfinished unfinished = new();
    private RecentlyApplied recent = new(window);
    private ExpectedAgain expected = new(window);
    private SourceJournal? source;
    private ShadowReplay? shadow;
    private InHand? inHand;
    private PromoteShadow? promotion;
    private long replayed;
    private bool counting;
    private List<Guid> ended = [];
    private IMigrationMessage? answerWhenConsuming;
    private int carryNext;
    private bool linked;
    private bool consuming;

    public List<Act> Acts { get; } = [];

    public string InstanceId { get; private set; } = "";

    public string Workload { get; private set; } = "";

    public InstanceRole Role { get; private set; } = InstanceRole.Active;

    public long Epoch { get; private set; }

    public SourceJournal? Source => source;

    public ShadowReplay? Shadow => shadow;

    public bool Busy => inHand is not null;

    /// <summary>All that was applied is safe.</summary>
    public bool Idle => inHand is null && unfinished.IsEmpty;

    /// <summary>Whether the memory may be copied, or is a copy: then the instance file is looked at all the time.</summary>
    public bool InMigration => source is not null || shadow is not null;

    public Memory? Memory => Workload.Length == 0 ? null
        : new Memory(Workload, Role, Epoch, source?.MigrationId ?? shadow?.MigrationId);

    /// <summary>A connection is open and the file it was opened with says this.</summary>
    public void Linked(InstanceFile file, Standing standing)
    {
        linked = true;
        InstanceId = file.InstanceId;
        Workload = file.Workload;
        switch (standing)
        {
            case Standing.Serve:
                Epoch = Math.Max(Epoch, file.Epoch);
                ServeAgain();
                break;
            case Standing.BecomeShadow:
                BecomeShadow();
                Attach();
                break;
            case Standing.Follow:
                Attach();
                break;
            case Standing.Promote:
                // Attaching may end the replay: the command may have come before the connection was lost.
                var migration = shadow!.MigrationId;
                Attach();
                Promote(new PromoteShadow(migration, StepNames.PromoteShadow, 1, InstanceId, file.Epoch));
                break;
            case Standing.Stranded:
                Role = InstanceRole.Shadow;
                Epoch = file.Epoch;
                (source, shadow) = (null, null);
                Break(file.MigrationId!.Value, HandoffFailures.Stranded(InstanceId));
                break;
            default:
                throw new InvalidOperationException($"No connection is opened on the standing {standing}.");
        }
    }

    /// <summary>The connection is gone, and with it every delivery and every confirm on its way.</summary>
    public void LinkLost()
    {
        if (!linked)
        {
            return;
        }
        linked = false;
        consuming = false;
        // The broker brings again at most one window; what was held unbegun is part of it.
        recent.KeepNewest(window - line.Waiting.Count(d => d.NeedsHandler) - (Busy ? 1 : 0));
        line.Clear();
        counting = false;
        if (source is { Quiesce: not null })
        {
            source.LostSinceQuiesce = true;
            source.Returning = false;
        }
    }

    /// <summary>What a checkpoint does: the same memory once more. Nothing is shared that changes.</summary>
    public Instance Clone()
    {
        var appliedCopies = new Dictionary<Applied, Applied>();
        var deliveryCopies = new Dictionary<Delivery, Delivery>();
        Applied Copy(Applied applied) =>
            appliedCopies.TryGetValue(applied, out var copy) ? copy : appliedCopies[applied] = applied.Clone();
        Delivery CopyDelivery(Delivery delivery) => deliveryCopies.TryGetValue(delivery, out var copy) ? copy
            : deliveryCopies[delivery] = delivery.Clone(Copy);

        return new Instance(window)
        {
            line = line.Clone(CopyDelivery),
            unfinished = unfinished.Clone(Copy),
            recent = recent.Clone(Copy),
            expected = expected.Clone(Copy),
            source = source?.Clone(),
            shadow = shadow?.Clone(Copy),
            inHand = inHand is null ? null : inHand with { Applied = Copy(inHand.Applied) },
            promotion = promotion,
            replayed = replayed,
            counting = counting,
            ended = [.. ended],
            answerWhenConsuming = answerWhenConsuming,
            carryNext = carryNext,
            linked = linked,
            consuming = consuming,
            InstanceId = InstanceId,
            Workload = Workload,
            Role = Role,
            Epoch = Epoch,
        };
    }

    private void Break(Guid migrationId, Failure reason) =>
        Acts.Add(new Report(new HandoffBroken(migrationId, InstanceId, reason)));

    /// <param name="Replayed">It came from J, not from Q.</param>
    private sealed record InHand(Applied Applied, bool Replayed);
}
