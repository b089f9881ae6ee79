using System.Collections.Concurrent;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>Remembers every file that is made in some folders and below.</summary>
internal sealed class WrittenFiles : IDisposable
{
    private readonly ConcurrentQueue<string> _names = new();
    private readonly List<FileSystemWatcher> _watchers = [];

    public WrittenFiles(params string[] folders)
    {
        foreach (var folder in folders)
        {
            var watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = true,
                InternalBufferSize = 1 << 16,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName,
            };
            watcher.Created += (_, e) => Add(e.FullPath);
            watcher.Renamed += (_, e) => Add(e.FullPath);
            watcher.Error += (_, e) => _names.Enqueue($"missed.img: {e.GetException().Message}");
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
    }

    public IReadOnlyCollection<string> Names => _names;

    public void Dispose() => _watchers.ForEach(w => w.Dispose());

    /// <summary>A link that leads elsewhere is nothing written.</summary>
    private void Add(string path)
    {
        if (new FileInfo(path).LinkTarget is null)
            _names.Enqueue(path);
    }
}
