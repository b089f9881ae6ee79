using System.Text.Json;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Kubernetes.Draining;

/// <summary>What disruption budgets leave for a pod that is gone for a moment.</summary>
internal static class Budgets
{
    /// <summary>A budget of the pod's that allows no more disruption; null where none stands in the way.</summary>
    /// <param name="taken">How many gaps a budget has to bear already, by its name.</param>
    public static PodDisruptionBudget? Against(
        Pod pod, IReadOnlyList<PodDisruptionBudget> budgets, IReadOnlyDictionary<string, int> taken) =>
        Of(pod, budgets).FirstOrDefault(budget => (budget.Status?.DisruptionsAllowed ?? 0) - taken.GetValueOrDefault(KeyOf(budget)) <= 0);

    public static IEnumerable<PodDisruptionBudget> Of(Pod pod, IReadOnlyList<PodDisruptionBudget> budgets) =>
        budgets.Where(budget => budget.Metadata.Namespace == pod.Metadata.Namespace && budget.Spec?.Selector is { } selector && Selects(selector, pod));

    public static string KeyOf(PodDisruptionBudget budget) => $"{budget.Metadata.Namespace}/{budget.Metadata.Name}";

    // An empty selector selects all of its namespace.
    private static bool Selects(LabelSelector selector, Pod pod) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(label => pod.Metadata.Label(label.Key) == label.Value)
        && (selector.Others is not { } others || !others.TryGetValue("matchExpressions", out var expressions)
            || expressions.ValueKind != JsonValueKind.Array || expressions.EnumerateArray().All(one => Holds(one, pod)));

    private static bool Holds(JsonElement expression, Pod pod)
    {
        var value = pod.Metadata.Label(expression.GetProperty("key").GetString()!);
        var values = expression.TryGetProperty("values", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(one => one.GetString()).ToArray()
            : [];
        return expression.GetProperty("operator").GetString() switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            // A word of a newer version: rather wait than disturb.
            _ => true,
        };
    }
}
