using System.Text;
using System.Text.Json.Nodes;
using Ms2m.Kubernetes.Api;

namespace Ms2m.Kubernetes.Http;

/// <summary>Bodies of calls that are no objects of a kind of ours.</summary>
internal static class JsonBody
{
    public static byte[] Of(JsonNode body) => Encoding.UTF8.GetBytes(body.ToJsonString());

    public static JsonObject Options(Deletion how)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (how.GracePeriodSeconds is { } grace)
        {
            options["gracePeriodSeconds"] = grace;
        }

        if (how.Propagation is { } propagation)
        {
            options["propagationPolicy"] = propagation;
        }

        if (how.Uid is not null || how.ResourceVersion is not null)
        {
            var preconditions = new JsonObject();
            if (how.Uid is not null)
            {
                preconditions["uid"] = how.Uid;
            }

            if (how.ResourceVersion is not null)
            {
                preconditions["resourceVersion"] = how.ResourceVersion;
            }

            options["preconditions"] = preconditions;
        }

        return options;
    }

    public static JsonObject Eviction(ObjectName pod, Deletion how)
    {
        var eviction = new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod.Name, ["namespace"] = pod.Namespace },
        };
        if (how != new Deletion())
        {
            eviction["deleteOptions"] = Options(how);
        }

        return eviction;
    }
}
