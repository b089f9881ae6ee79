using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ms2m.Kubernetes.Resources;
using Ms2m.Kubernetes.Tests.Playback;

namespace Ms2m.Kubernetes.Tests.Records;

/// <summary>What is read is written back as it was: a pod is restored from what was read of another, and a controller's object
/// that comes back poorer would change it.</summary>
public sealed class RoundTripTests
{
    private static readonly KubernetesJson _json = KubernetesJson.Default;

    private static readonly Dictionary<string, JsonTypeInfo> _kinds = new()
    {
        ["Pod"] = _json.Pod,
        ["Node"] = _json.Node,
        ["Event"] = _json.CoreEvent,
        ["StatefulSet"] = _json.StatefulSet,
        ["Deployment"] = _json.Deployment,
        ["ReplicaSet"] = _json.ReplicaSet,
        ["Scale"] = _json.Scale,
        ["Lease"] = _json.Lease,
        ["PodDisruptionBudget"] = _json.PodDisruptionBudget,
        ["SelfSubjectAccessReview"] = _json.SelfSubjectAccessReview,
    };

    public static TheoryData<string> WithObjects => [.. Transcript.Names.Where(name => ObjectsOf(name).Count > 0)];

    [Fact]
    public void every_kind_of_ours_but_our_own_was_recorded() =>
        Assert.Equal(_kinds.Keys.Order(), Transcript.Names.SelectMany(ObjectsOf).Select(one => one.Kind).Distinct().Order());

    [Theory]
    [MemberData(nameof(WithObjects))]
    public void nothing_of_an_object_is_lost_between_reading_and_writing(string name)
    {
        foreach (var (kind, recorded) in ObjectsOf(name))
        {
            var written = JsonSerializer.SerializeToNode(recorded.Deserialize(_kinds[kind]), _kinds[kind]);

            SameJson.Assert(recorded, written);
        }
    }

    private static List<(string Kind, JsonNode Recorded)> ObjectsOf(string name)
    {
        var transcript = Transcript.Load(name);
        return [.. new[] { transcript.Body, transcript.Answer }.Concat(transcript.Events.Select(one => one["object"]))
            .OfType<JsonObject>().SelectMany(Whole).Where(one => _kinds.ContainsKey(one.Kind))];
    }

    /// <summary>The object itself, or the items of the list that it is.</summary>
    private static IEnumerable<(string Kind, JsonNode Recorded)> Whole(JsonObject from)
    {
        // Part of an object has its kind only where a patch says it.
        if (from["kind"] is not JsonValue kind || from["metadata"] is null)
        {
            return [];
        }

        var word = kind.GetValue<string>();
        return from["items"] is JsonArray items
            ? items.Select(item => (word.Replace("List", "", StringComparison.Ordinal), item!))
            : [(word, from)];
    }
}
