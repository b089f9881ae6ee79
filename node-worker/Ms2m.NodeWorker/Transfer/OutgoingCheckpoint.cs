using System.Buffers;
using System.Text;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A checkpoint on its way out: which of its bytes have gone, and their digest. It outlives a broken
/// connection, so that what was sent is neither hashed nor, where the target has it, sent again.</summary>
internal sealed class OutgoingCheckpoint(string folder, Task<Outcome<Dump>> dump, long maxBytes, TimeProvider time)
    : IDisposable
{
    /// <summary>How long to wait for a growing file to grow. A dump takes some ten of these.</summary>
    private static readonly TimeSpan Growth = TimeSpan.FromMilliseconds(4);

    private readonly CheckpointDigest _digest = new();
    private Dictionary<string, long> _sent = new(StringComparer.Ordinal);

    public long Bytes => _digest.Bytes;

    public string Digest => _digest.Current();

    public long? FirstByteAt { get; private set; }

    /// <summary>Goes on from where the target says it is.</summary>
    public void ContinueFrom(IReadOnlyDictionary<string, long> received) =>
        _sent = received.ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);

    /// <summary>Writes frames until the dump has ended and everything of it is written.</summary>
    public async Task WriteToAsync(Stream to, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CheckpointFrame.HeadLength + 128 + CheckpointFrame.MaxLength);
        try
        {
            while (true)
            {
                var complete = dump.IsCompleted;
                if (complete && (await dump).Trouble is { } trouble)
                    throw new DumpEndedInTroubleException(trouble);
                var sent = await WritePassAsync(to, buffer, complete, cancel);
                if (complete)
                    break;
                if (sent == 0)
                {
                    await to.FlushAsync(cancel);
                    await Task.WhenAny(dump, Task.Delay(Growth, time, cancel));
                    cancel.ThrowIfCancellationRequested();
                }
            }
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

    private async Task<long> WritePassAsync(Stream to, byte[] buffer, bool complete, CancellationToken cancel)
    {
        long sent = 0;
        foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            if (complete || CheckpointFiles.GrowsAtItsEnd(name))
                sent += await WriteFileAsync(to, buffer, path, name, cancel);
        }
        return sent;
    }

    private async Task<long> WriteFileAsync(
        Stream to, byte[] buffer, string path, string name, CancellationToken cancel)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var known = _sent.TryGetValue(name, out var from);
        var at = from;
        while (true)
        {
            // The body is read behind the longest possible head, so that one write sends both.
            var room = CheckpointFrame.HeadLength + name.Length;
            var read = RandomAccess.Read(file, buffer.AsSpan(room, CheckpointFrame.MaxLength), at);
            // A file of no length is told of once, by a frame of no length.
            if (read == 0 && known)
                return at - from;
            Hash(name, at, buffer.AsSpan(room, read));
            if (_digest.Bytes > maxBytes)
                throw new DumpEndedInTroubleException(NodeFailures.TooLarge(maxBytes));
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

/// <summary>Breaks off the request that was sending a dump; the dump's trouble is the transfer's.</summary>
internal sealed class DumpEndedInTroubleException(Trouble trouble) : Exception(trouble.Reason.Message)
{
    public Trouble Trouble { get; } = trouble;
}
