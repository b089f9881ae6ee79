using System.Globalization;
using System.Text.Json;
using Ms2m.Cli.Api;

namespace Ms2m.Cli.Display;

/// <summary>An event in words. Unknown types, of a newer engine, are shown with all their data.</summary>
internal static class EventSentence
{
    private static readonly string[] Repetitive = ["migrationId", "instanceId", "deadline"];

    public static string Of(LogEvent happened)
    {
        var data = happened.Data;
        return happened.Type switch
        {
            "migration_requested" =>
                $"requested: {Text(data, "spec", "name")} from {Text(data, "sourceNode")} to {Text(data, "targetNode")}{How(data)}",
            "migration_queued" => $"waits for its turn, until {Text(data, "deadline")} at most",
            "migration_admitted" => $"its turn: from {Text(data, "sourceNode")}, instance {Text(data, "sourceInstance")}",
            "migration_rejected" => $"rejected: {Reason(data)}",
            "step_started" => $"{Step(data)} started",
            "step_failed" => $"{Step(data)} failed on {Text(data, "node")}: {Reason(data)}",
            "step_overdue" => $"{Step(data)} overdue",
            "target_reserved" => $"target reserved on {Text(data, "node")}, {Human.Bytes(Number(data, "freeBytes"))} free",
            "access_granted" => "the shadow's access to the broker is granted",
            "source_prepared" => $"{Text(data, "instanceId")} keeps a journal",
            "replay_opened" => $"replay queue opened, bindings: {Text(data, "bindings")}",
            "fence_sent" => "fence sent",
            "instance_activated" => $"{Text(data, "instanceId")} is the active instance on {Text(data, "node")}",
            "instance_removed" => $"{Text(data, "instanceId")} removed from {Text(data, "node")}",
            "replay_closed" => "replay queue and journal removed",
            "checkpoint_taken" => $"checkpoint taken in {Ms(data, "dumpMs")}, frozen for {Ms(data, "frozenMs")}",
            "transfer_completed" =>
                $"{Human.Bytes(Number(data, "bytes"))} transferred in {Ms(data, "transferMs")}, digest agreed",
            "pre_copied" => $"memory copied ahead in {Count(data, "rounds")} round(s): {Text(data, "stoppedBecause")}",
            "instance_frozen" => $"{Text(data, "instanceId")} stands still",
            "instance_thawed" => $"{Text(data, "instanceId")} runs on",
            "instance_started" => $"{Text(data, "instanceId")} started on {Text(data, "node")} in {Ms(data, "startMs")}",
            "copy_verified" when Is(data, "restAtSource") =>
                $"copy restored from {Short(data, "digest")}, most of its memory stands still at the source",
            "copy_verified" => $"copy verified: made of {Short(data, "digest")}, the source stands still",
            "pages_collected" => $"the last page has come: {Human.Bytes(Number(data, "bytes"))} in {Ms(data, "ms")} after the checkpoint",
            "state_left_behind" => "no state is carried: the new instance begins anew",
            "shadow_ready" => $"copy restored on {Text(data, "node")} in {Ms(data, "restoreMs")}",
            "shadow_attached" => $"shadow reads replay queue and journal, at {Text(data, "position")}",
            "replay_progressed" => $"replayed to {Text(data, "position")}, lag {Text(data, "lagEntries")}",
            "fence_reached" => $"fence met at {Text(data, "ordinal")}: names only from here on",
            "cutover_decided" =>
                $"cutover decided ({Text(data, "reason")}), lag {Text(data, "lagEntries")}, "
                + $"predicted interruption {Ms(data, "predictedInterruptionMs")}",
            "journal_closed" => $"journal closed at {Text(data, "lastOrdinal")}",
            "replay_caught_up" => $"shadow caught up at {Text(data, "lastOrdinal")}",
            "handoff_verified" => $"handoff verified at {Text(data, "lastOrdinal")}: chain {Short(data, "chainDigest")}",
            "promotion_committed" => $"promotion committed, epoch {Text(data, "epoch")}: no way back from here",
            "shadow_promoted" => $"shadow promoted, {Text(data, "replayed")} messages replayed",
            "instance_exited" => $"{Text(data, "instanceId")} on {Text(data, "node")} has exited",
            "source_lost" => $"failing over: {Reason(data)}",
            "source_revoked" => "the source's access to the broker is revoked",
            "rollback_started" => $"rolling back: {Reason(data)}",
            "cancel_refused" => $"cancel refused: {Reason(data)}",
            "migration_completed" => $"completed{Leftovers(data)}",
            "migration_rolled_back" => $"rolled back: {Reason(data)}{Leftovers(data)}",
            "migration_cancelled" => $"cancelled{Leftovers(data)}",
            "migration_failed" => $"failed: {Reason(data)}{Leftovers(data)}",
            _ => Plain(happened),
        };
    }

    private static string How(JsonElement data) =>
        $", {Text(data, "strategy")}{(data.TryGetProperty("strategyReason", out var why) && why.ValueKind == JsonValueKind.String ? $" because {why}" : "")}";

    private static bool Is(JsonElement data, string name) =>
        data.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.True;

    private static int Count(JsonElement data, string name) =>
        data.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;

    private static string Step(JsonElement data) =>
        Number(data, "attempt") > 1 ? $"{Text(data, "step")} (attempt {Text(data, "attempt")})" : Text(data, "step");

    private static string Reason(JsonElement data) =>
        $"{Text(data, "reason", "message")} {Text(data, "reason", "remedy")} [{Text(data, "reason", "code")}]";

    private static string Leftovers(JsonElement data) =>
        data.TryGetProperty("leftovers", out var list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0
            ? $"; left behind: {list}"
            : "";

    private static string Plain(LogEvent happened)
    {
        var facts = happened.Data.ValueKind == JsonValueKind.Object
            ? happened.Data.EnumerateObject()
                .Where(fact => !Repetitive.Contains(fact.Name))
                .Select(fact => $"{fact.Name}={fact.Value}")
            : [];
        return $"{happened.Type.Replace('_', ' ')} {string.Join(' ', facts)}".TrimEnd();
    }

    private static string Short(JsonElement data, string name) => Text(data, name) is { Length: > 12 } text ? text[..12] : Text(data, name);

    private static string Ms(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.TryGetDouble(out var ms) ? Human.Duration(ms) : "?";

    private static long Number(JsonElement data, string name) =>
        data.TryGetProperty(name, out var value) && value.TryGetInt64(out var number) ? number : 0;

    private static string Text(JsonElement data, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out data))
            {
                return "?";
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{data}");
    }
}
