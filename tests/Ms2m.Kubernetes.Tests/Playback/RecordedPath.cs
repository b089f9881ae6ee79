namespace Ms2m.Kubernetes.Tests.Playback;

/// <summary>What the path of a recorded call is of.</summary>
internal sealed record RecordedPath(
    string Group, string Version, string? Namespace, string Plural, string? Name, string? Subresource)
{
    public static RecordedPath Of(Transcript transcript)
    {
        var words = new Queue<string>(transcript.Place.Split('/', StringSplitOptions.RemoveEmptyEntries));
        var group = words.Dequeue() == "apis" ? words.Dequeue() : "";
        var version = words.Dequeue();
        string? ns = null;
        // A namespace is an object, too: the word is followed by a kind only where something lies in it.
        if (words.Peek() == "namespaces" && words.Count > 2)
        {
            words.Dequeue();
            ns = words.Dequeue();
        }

        return new RecordedPath(group, version, ns, words.Dequeue(), Next(words), Next(words));
    }

    private static string? Next(Queue<string> words) => words.TryDequeue(out var word) ? word : null;
}
