using System.Text.Json;
using Ms2m.Contracts;
using Ms2m.NodeWorker.Runtimes.Podman;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>podman answers on its socket and is of a line whose restore this worker knows.</summary>
public sealed class PodmanCheck(PodmanApi podman) : INodeCheck
{
    private static readonly Version Needed = new(5, 0);

    public bool IsEssential => true;

    public async Task<NodeFeature> LookAsync(CancellationToken cancel)
    {
        var reply = await podman.GetAsync("version", TimeSpan.FromSeconds(10), cancel);
        if (reply.Failed)
            return new NodeFeature("podman", false, reply.Trouble.Reason.Message);
        var text = VersionIn(reply.Value.Text);
        return Version.TryParse(text?.Split('-')[0], out var version)
            ? new NodeFeature("podman", version >= Needed,
                version >= Needed ? text! : $"{text} is older than {Needed}")
            : new NodeFeature("podman", false, "its version cannot be read");
    }

    private static string? VersionIn(string document)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return json.RootElement.TryGetProperty("Version", out var version) ? version.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
