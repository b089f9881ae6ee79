using Microsoft.Win32.SafeHandles;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>The file that the last frame belonged to: the next one mostly does too.</summary>
internal sealed class OpenFile : IDisposable
{
    private string? _path;
    private FileStream? _file;

    public SafeFileHandle Handle(string path)
    {
        if (_file is not null && _path == path)
            return _file.SafeFileHandle;
        _file?.Dispose();
        _path = path;
        var mode = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            UnixCreateMode = PrivateFiles.File,
            BufferSize = 0,
        };
        _file = new FileStream(path, mode);
        return _file.SafeFileHandle;
    }

    public void Dispose() => _file?.Dispose();
}
