using System.Globalization;
using Ms2m.Cli.Api;
using Ms2m.Cli.Display;

namespace Ms2m.Eval;

/// <summary>What happens now, on standard error: one line per fact, with the time since the beginning.</summary>
internal sealed class Progress
{
    private readonly long _begun = TimeProvider.System.GetTimestamp();
    private string _phase = "";

    public void Say(string sentence) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(_begun).TotalSeconds,6:0.0} s  {sentence}"));

    /// <summary>A line for every phase that begins.</summary>
    public void Show(MigrationView view)
    {
        foreach (var phase in (view.Phases ?? []).Select(phase => phase.Name).SkipWhile(Shown).Where(name => name != _phase))
        {
            _phase = phase;
            Say($"  {phase}");
        }

        bool Shown(string name) => _phase.Length > 0 && name != _phase;
    }

    public void Ended(MigrationView view)
    {
        _phase = "";
        Say($"  {view.Phase} after {Human.Duration(view.TotalMs)}"
            + (view.Reason is { } reason ? $": {reason.Message}" : ""));
    }
}
