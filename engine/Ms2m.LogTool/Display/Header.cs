using System.Globalization;
using Ms2m.Cli.Display;
using Ms2m.History.Explaining;
using Ms2m.Migrations.Views;

namespace Ms2m.LogTool.Display;

/// <summary>A migration in two lines.</summary>
internal static class Header
{
    public static void Print(MigrationView view)
    {
        string?[] first =
        [
            view.MigrationId.ToString(),
            view.Workload,
            view.SourceNode is null ? view.TargetNode : $"{view.SourceNode} → {view.TargetNode}",
            view.Strategy,
            Outcome(view),
        ];
        string?[] second =
        [
            Time(view.RequestedAt),
            (view.Finished ? "took " : "so far ") + Durations.Text(view.TotalMs),
            view.InterruptionMs is { } interruption ? $"interruption {Durations.Text(interruption)}" : null,
            view.FrozenMs is > 0 and var frozen ? $"frozen {Durations.Text(frozen)}" : null,
            view.CheckpointBytes is { } bytes ? Human.Bytes(bytes) : null,
            view.ReplayedMessages is { } replayed ? string.Create(CultureInfo.InvariantCulture, $"{replayed} replayed") : null,
            view.Verified ? "verified" : null,
        ];
        Console.Out.WriteLine(Join(first));
        Console.Out.WriteLine(Join(second));
        if (view.Reason is { } reason)
        {
            Console.Out.WriteLine($"{reason.Message} {reason.Remedy} [{reason.Code}]");
        }
    }

    public static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Outcome(MigrationView view) =>
        (view.FailedOver && view.Finished ? $"{view.Phase} after a failover" : $"{view.Phase}")
        + (view.Finished ? "" : " (goes on)");

    private static string Join(string?[] parts) => string.Join(" · ", parts.Where(part => part is not null));
}
