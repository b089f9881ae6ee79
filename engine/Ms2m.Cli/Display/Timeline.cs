using Ms2m.Cli.Api;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ms2m.Cli.Display;

/// <summary>A migration's phases as bars on a common clock.</summary>
internal static class Timeline
{
    private const int BarWidth = 48;

    public static IRenderable Of(MigrationView migration)
    {
        var rows = new List<IRenderable> { Heading(migration), Phases(migration), Summary(migration) };
        if (migration.Reason is { } reason)
        {
            rows.Add(new Markup($"[red]{reason.Message.EscapeMarkup()}[/] [grey]{reason.Code.EscapeMarkup()}[/]"));
            rows.Add(new Markup($"{reason.Remedy.EscapeMarkup()}"));
        }

        if (migration.Leftovers is { Count: > 0 } leftovers)
        {
            rows.Add(new Markup($"[yellow]left behind:[/] {string.Join(", ", leftovers).EscapeMarkup()}"));
        }

        return new Rows(rows);
    }

    private static Markup Heading(MigrationView migration)
    {
        var colour = PhaseColour(migration.Phase);
        var way = migration.SourceNode is null
            ? $"to {migration.TargetNode ?? "?"}"
            : $"{migration.SourceNode} → {migration.TargetNode}";
        return new Markup(
            $"[bold]{(migration.Workload ?? "?").EscapeMarkup()}[/]  {way.EscapeMarkup()}  "
            + $"[{colour}]{migration.Phase.EscapeMarkup()}[/]  {How(migration).EscapeMarkup()}[grey]{migration.MigrationId}[/]");
    }

    private static string How(MigrationView migration) => (migration.Strategy, migration.Transfer?.ToLowerInvariant()) switch
    {
        (null, _) => "",
        (var strategy, _) when migration.PostCopy => $"{strategy} with post-copy  ",
        (var strategy, null or "direct") => $"{strategy}  ",
        var (strategy, transfer) => $"{strategy} by {transfer}  ",
    };

    private static Grid Phases(MigrationView migration)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().PadLeft(2).PadRight(2).NoWrap());
        grid.AddColumn(new GridColumn().RightAligned().PadRight(2).NoWrap());
        grid.AddColumn(new GridColumn().NoWrap());
        var phases = migration.Phases ?? [];
        var whole = Math.Max(1, phases.Sum(phase => phase.Ms));
        var before = 0.0;
        foreach (var phase in phases)
        {
            grid.AddRow(
                new Text(phase.Name),
                new Text(Human.Duration(phase.Ms)),
                new Markup(Bar(before / whole, phase.Ms / whole, PhaseColour(phase.Name))));
            before += phase.Ms;
        }

        return grid;
    }

    private static string Bar(double from, double share, string colour)
    {
        var start = Math.Min(BarWidth - 1, (int)Math.Round(from * BarWidth));
        var length = Math.Clamp((int)Math.Round(share * BarWidth), 1, BarWidth - start);
        return $"{new string(' ', start)}[{colour}]{new string('█', length)}[/]";
    }

    private static Markup Summary(MigrationView migration)
    {
        var facts = new List<string> { $"total {Human.Duration(migration.TotalMs)}" };
        if (migration.Queue is { } queue)
        {
            facts.Add($"{queue.Position} of {queue.Of} in the queue, waits for {queue.WaitsFor}");
        }
        else if (migration.WaitedMs is { } waited)
        {
            facts.Add($"waited {Human.Duration(waited)} for its turn");
        }

        if (migration.InterruptionMs is { } interruption)
        {
            facts.Add($"interruption {Human.Duration(interruption)}");
        }

        if (migration.FrozenMs is { } frozen)
        {
            facts.Add($"frozen {Human.Duration(frozen)}");
        }

        if (migration.CheckpointBytes is { } bytes)
        {
            facts.Add($"checkpoint {Human.Bytes(bytes)}");
        }

        if (migration.WireBytes is { } wire)
        {
            facts.Add($"{Human.Bytes(wire)} on the wire");
        }

        if (migration.ReplayedMessages is { } replayed)
        {
            facts.Add($"{replayed} messages replayed");
        }

        if (!migration.Finished && migration.LagEntries is { } lag)
        {
            facts.Add($"lag {lag}");
        }

        facts.Add(migration switch
        {
            { FailedOver: true } => "failed over from a lost source",
            { Verified: true } => "verified",
            { Strategy: "cold" } => "no state carried",
            _ => "not verified",
        });
        return new Markup($"  {string.Join(" · ", facts).EscapeMarkup()}");
    }

    private static string PhaseColour(string phase) => phase switch
    {
        "Completed" => "green",
        "Failed" or "Rejected" => "red",
        "RollingBack" or "RolledBack" or "Cancelled" => "yellow",
        "Checkpointing" => "deepskyblue1",
        "Transferring" => "dodgerblue1",
        "Restoring" => "mediumpurple1",
        "Replaying" => "orange1",
        "Finalizing" => "springgreen2",
        _ => "grey70",
    };
}
