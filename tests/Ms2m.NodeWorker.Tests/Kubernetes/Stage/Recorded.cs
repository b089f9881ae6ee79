using System.Text.Json;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Stage;

/// <summary>What a real cluster has said.</summary>
internal static class Recorded
{
    public static Pod Pod(string transcript) => Response(transcript).GetProperty("body").Deserialize(KubernetesJson.Default.Pod)!;

    /// <summary>Of a kubelet, in plain text.</summary>
    public static ApiProblem Problem(string transcript)
    {
        var (response, body) = (Response(transcript), Response(transcript).GetProperty("body"));
        return new ApiProblem(
            response.GetProperty("status").GetInt32(), "",
            body.ValueKind == JsonValueKind.Object ? body.GetProperty("message").GetString()! : body.GetString()!);
    }

    private static JsonElement Response(string transcript)
    {
        var path = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Transcripts"), $"{transcript}-*.json").Single();
        return JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.GetProperty("response");
    }
}
