namespace Ms2m.Eval.Chaos.Faults;

/// <summary>The two nodes do not hear each other for five seconds; both hear the broker.</summary>
internal sealed class CutNetwork(Stage stage) : Blow
{
    public override TimeSpan? MendedAfter => TimeSpan.FromSeconds(5);

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        await stage.Do(cancel, "network", "cut", stage.Source, stage.Target);
        return true;
    }

    public override Task Mend(CancellationToken cancel) => stage.Do(cancel, "network", "heal");
}
