using System.Buffers;
using System.Text;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A checkpoint on its way out: which of its bytes have gone, and their digest. It outlives a broken
/// connection, so that what was sent is neither hashed nor, where the target has it, sent again.</summary>
internal sealed class OutgoingCheckpoint(string folder, long maxBytes, TimeProvider time) : IDisposable
{
    private readonly CheckpointDigest _digest = new();
    private Dictionary<string, long> _sent = new(StringComparer.Ordinal);

    public long Bytes => _digest.Bytes;

    public string Digest => _digest.Current();

    public long? FirstByteAt { get; private set; }

    private IOrderedEnumerable<FileInfo> Files =>
        new DirectoryInfo(folder).GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal);

    /// <summary>Goes on from where the target says it is. What it cannot have is not believed: those files begin anew, and
    /// the target says what it thinks of that.</summary>
    public void ContinueFrom(IReadOnlyDictionary<string, long> received) =>
        _sent = Files.Where(f => received.TryGetValue(f.Name, out var has) && has >= 0 && has <= f.Length)
            .ToDictionary(f => f.Name, f => received[f.Name], StringComparer.Ordinal);

    public bool IsTooLarge() => Files.Sum(f => f.Length) > maxBytes;

    /// <summary>How many bytes <see cref="WriteToAsync"/> will write.</summary>
    public long LengthAhead()
    {
        long length = CheckpointFrame.HeadLength + CheckpointDigest.Length;
        foreach (var file in Files)
        {
            var known = _sent.TryGetValue(file.Name, out var from);
            var rest = file.Length - from;
            var frames = rest == 0 && !known ? 1 : (rest + CheckpointFrame.MaxLength - 1) / CheckpointFrame.MaxLength;
            length += rest + frames * (CheckpointFrame.HeadLength + file.Name.Length);
        }
        return length;
    }

    public async Task WriteToAsync(Stream to, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CheckpointFrame.HeadLength + 128 + CheckpointFrame.MaxLength);
        try
        {
            foreach (var file in Files)
                await WriteFileAsync(to, buffer, file, cancel);
            var digest = Encoding.ASCII.GetBytes(Digest);
            var head = CheckpointFrame.Write(buffer, FrameKind.End, "", Bytes, digest.Length);
            digest.CopyTo(buffer, head);
            await to.WriteAsync(buffer.AsMemory(0, head + digest.Length), cancel);
            await to.FlushAsync(cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    public void Dispose() => _digest.Dispose();

    private async Task WriteFileAsync(Stream to, byte[] buffer, FileInfo file, CancellationToken cancel)
    {
        var name = file.Name;
        using var handle = File.OpenHandle(file.FullName);
        var known = _sent.TryGetValue(name, out var at);
        while (true)
        {
            // The body is read behind the longest possible head, so that one write sends both.
            var room = CheckpointFrame.HeadLength + name.Length;
            var read = RandomAccess.Read(handle, buffer.AsSpan(room, CheckpointFrame.MaxLength), at);
            // A file of no length is told of once, by a frame of no length.
            if (read == 0 && known)
                return;
            Hash(name, at, buffer.AsSpan(room, read));
            CheckpointFrame.Write(buffer, FrameKind.Data, name, at, read);
            FirstByteAt ??= time.GetTimestamp();
            await to.WriteAsync(buffer.AsMemory(0, room + read), cancel);
            at += read;
            _sent[name] = at;
            known = true;
        }
    }

    private void Hash(string name, long at, ReadOnlySpan<byte> bytes)
    {
        // On a repeated stretch the digest is ahead of what is being sent.
        var ahead = _digest.LengthOf(name) - at;
        if (ahead <= 0)
            _digest.Append(name, bytes);
        else if (ahead < bytes.Length)
            _digest.Append(name, bytes[(int)ahead..]);
    }
}
