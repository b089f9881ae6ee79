namespace Ms2m.Eval.Chaos.Faults;

/// <summary>A worker stands still for four seconds: longer than two heartbeats, shorter than any step's deadline.</summary>
internal sealed class FrozenWorker(Stage stage, string node) : Blow
{
    public override TimeSpan? MendedAfter => TimeSpan.FromSeconds(4);

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        await stage.Do(cancel, "worker", node, "freeze");
        return true;
    }

    public override Task Mend(CancellationToken cancel) => stage.Do(cancel, "worker", node, "thaw");
}
