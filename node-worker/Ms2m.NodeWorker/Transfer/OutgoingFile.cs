using Microsoft.Win32.SafeHandles;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A file of a checkpoint on its way out. It may lie in pieces of others.</summary>
internal sealed class OutgoingFile(string name, IReadOnlyList<FilePiece> pieces)
{
    public string Name => name;

    public long Length { get; } = pieces.Sum(piece => piece.Length);

    public static OutgoingFile Of(FileInfo file) => new(file.Name, [new FilePiece(file.FullName, 0, file.Length)]);

    public Reader Open() => new(pieces);

    internal sealed class Reader : IDisposable
    {
        private readonly Dictionary<string, SafeFileHandle> _files = new(StringComparer.Ordinal);
        private readonly IReadOnlyList<FilePiece> _pieces;
        private int _piece;
        private long _begin;

        public Reader(IReadOnlyList<FilePiece> pieces)
        {
            _pieces = pieces;
            foreach (var path in pieces.Select(piece => piece.Path).Distinct())
                _files[path] = File.OpenHandle(path);
        }

        /// <summary>Gives less than was asked for only at the end. Reads on from where it read last, or from anywhere after that.</summary>
        public int Read(Span<byte> to, long at)
        {
            var read = 0;
            while (read < to.Length && _piece < _pieces.Count)
            {
                var piece = _pieces[_piece];
                var offset = at + read - _begin;
                if (offset >= piece.Length)
                {
                    _begin += piece.Length;
                    _piece++;
                    continue;
                }
                var part = to.Slice(read, (int)Math.Min(to.Length - read, piece.Length - offset));
                var got = RandomAccess.Read(_files[piece.Path], part, piece.Offset + offset);
                if (got == 0)
                    throw new IOException($"{Path.GetFileName(piece.Path)} has become shorter.");
                read += got;
            }
            return read;
        }

        public void Dispose()
        {
            foreach (var file in _files.Values)
                file.Dispose();
        }
    }
}
