using System.Text;

namespace Ms2m.NodeWorker.Runtimes.Podman;

/// <summary>What a page daemon's folder says of it to whoever finds it, also a later life of the worker.</summary>
internal sealed class PagesFolder(PodmanPlaces places, string work)
{
    public string Path => work;

    /// <summary>Written by the daemon's shell.</summary>
    public bool HasEndedWell => Read("ended-with") == "0";

    /// <summary>The container that is restored with this daemon; null while none is.</summary>
    public string? Container
    {
        get => Read("container");
        set => Write("container", value!);
    }

    /// <summary>The file that kills the restored container; null before it is restored. The daemon's shell reads it too.</summary>
    public string? Killer
    {
        get => Read("tied-to");
        set => Write("tied-to", value!);
    }

    private string? Read(string name) =>
        places.Here(System.IO.Path.Combine(work, name)) is var path && File.Exists(path) ? File.ReadAllText(path).Trim() : null;

    private void Write(string name, string text) =>
        PrivateFiles.Replace(places.Here(System.IO.Path.Combine(work, name)), Encoding.ASCII.GetBytes($"{text}\n"));
}
