using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>The digest of a checkpoint, computed while its files pass by, in pieces and in any order of files. It is the
/// SHA-256 of a text with one line a file, ordered by name: <c>sha256 length name</c> and a line feed. Thus it does not
/// depend on how the files were cut for the journey.</summary>
public sealed class CheckpointDigest : IDisposable
{
    /// <summary>In characters.</summary>
    public const int Length = 64;

    private const int Block = 1 << 18;

    private readonly SortedDictionary<string, OneFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _recalled = [];

    public long Bytes { get; private set; }

    public int Files => _files.Count;

    /// <summary>How much of a file the digest has seen; 0 of one it has not.</summary>
    public long LengthOf(string name) => _files.TryGetValue(name, out var file) ? file.Length : 0;

    public bool Knows(string name) => _files.ContainsKey(name);

    public IReadOnlyDictionary<string, long> Lengths => _files.ToDictionary(f => f.Key, f => f.Value.Length);

    public void Append(string name, ReadOnlySpan<byte> bytes)
    {
        if (!_files.TryGetValue(name, out var file))
            _files[name] = file = new OneFile();
        file.Hash.AppendData(bytes);
        file.Length += bytes.Length;
        Bytes += bytes.Length;
    }

    /// <summary>Of everything seen so far, in lower-case hexadecimal.</summary>
    public string Current()
    {
        var text = new StringBuilder();
        foreach (var (name, seen) in Seen().Concat(_recalled).OrderBy(file => file.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{seen} {name}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
    }

    /// <summary>What counts of each file, by name.</summary>
    public IReadOnlyDictionary<string, string> Seen() => _files.ToDictionary(
        file => file.Key, file => $"{Convert.ToHexStringLower(file.Value.Hash.GetCurrentHash())} {file.Value.Length}");

    /// <summary>Counts files as another digest has seen them.</summary>
    public void Recall(IReadOnlyDictionary<string, string> seen)
    {
        foreach (var (name, file) in seen)
            _recalled.Add(name, file);
    }

    /// <summary>Sees files as they lie in a folder now.</summary>
    public async Task AppendFilesAsync(string folder, IEnumerable<string> names, CancellationToken cancel)
    {
        var block = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            foreach (var name in names)
            {
                await using var file = new FileStream(
                    Path.Combine(folder, name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
                // Also of an empty file: it counts.
                Append(name, []);
                while (await file.ReadAsync(block.AsMemory(0, Block), cancel) is > 0 and var read)
                    Append(name, block.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block, clearArray: true);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files.Values)
            file.Hash.Dispose();
        _files.Clear();
    }

    private sealed class OneFile
    {
        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Length { get; set; }
    }
}
