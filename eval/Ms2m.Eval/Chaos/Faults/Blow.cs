namespace Ms2m.Eval.Chaos.Faults;

/// <summary>One fault, made ready beforehand so that it strikes at once.</summary>
internal abstract class Blow
{
    /// <summary>From the strike until whoever looks after a real node, broker or network has mended it; null where it is
    /// mended at the migration's end, or cannot be.</summary>
    public virtual TimeSpan? MendedAfter => null;

    /// <summary>All that takes time: finding processes, mostly.</summary>
    public virtual Task Prepare(CancellationToken cancel) => Task.CompletedTask;

    /// <returns>False when there was nothing to strike: the migration had already passed the moment.</returns>
    public abstract Task<bool> Strike(CancellationToken cancel);

    /// <summary>Harmless when nothing was struck.</summary>
    public virtual Task Mend(CancellationToken cancel) => Task.CompletedTask;

    public static Blow Of(Cell cell, Stage stage) => cell.Fault switch
    {
        Fault.EngineKilled => new KilledProcess(stage, ["engine"]),
        Fault.SourceWorkerKilled => new KilledProcess(stage, ["worker", stage.Source]),
        Fault.TargetWorkerKilled => new KilledProcess(stage, ["worker", stage.Target]),
        Fault.BrokerKilled => new KilledProcess(stage, ["broker"]),
        Fault.StoreKilled => new KilledProcess(stage, ["store"]),
        Fault.SourceKilled => new KilledContainer(stage, stage.Source),
        Fault.ShadowKilled => new KilledContainer(stage, stage.Target),
        Fault.NodesCutOff => new CutNetwork(stage),
        Fault.TargetDiskFull => new FullDisk(stage),
        Fault.CheckpointCorrupted => new CorruptedCheckpoint(stage, cell),
        Fault.SourceWorkerFrozen => new FrozenWorker(stage, stage.Source),
        Fault.TargetWorkerFrozen => new FrozenWorker(stage, stage.Target),
        Fault.RegistryKilled => new KilledProcess(stage, ["registry"]),
        Fault.PageDaemonKilled => new KilledPageDaemon(stage),
        _ => throw new ArgumentOutOfRangeException(nameof(cell), cell.Fault, "A fault that nobody can make."),
    };
}
