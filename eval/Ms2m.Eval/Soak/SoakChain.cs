using Ms2m.Cli.Api;

namespace Ms2m.Eval.Soak;

/// <summary>What the migrations of a soak came to so far.</summary>
internal sealed class SoakChain
{
    private readonly long _begun = TimeProvider.System.GetTimestamp();

    public int Completed { get; private set; }

    public List<double> TotalMs { get; } = [];

    public List<double> InterruptionMs { get; } = [];

    public List<string> Troubles { get; } = [];

    public double Minutes => TimeProvider.System.GetElapsedTime(_begun).TotalMinutes;

    public void Add(MigrationView view)
    {
        if (!view.IsCompleted)
        {
            Troubles.Add($"{view.MigrationId} ended as {view.Phase}: {view.Reason?.Message}");
            return;
        }

        Completed++;
        TotalMs.Add(view.TotalMs);
        if (view.InterruptionMs is { } ms)
        {
            InterruptionMs.Add(ms);
        }
    }
}
