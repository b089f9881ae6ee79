using System.Buffers;
using System.Text;
using Ms2m.NodeWorker.Runtimes;

namespace Ms2m.NodeWorker.Transfer;

/// <summary>A checkpoint on its way in: writes what arrives, and hashes it in passing.</summary>
internal sealed class IncomingCheckpoint(string folder, long maxBytes, Func<long> freeBytes) : IDisposable
{
    private const int MaxFiles = 10_000;

    /// <summary>A sender that says nothing for so long is taken for gone; it may still come back and go on.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(120);

    private readonly SemaphoreSlim _oneSender = new(1);
    private readonly CancellationTokenSource _discarded = new();
    private CancellationTokenSource? _current;
    private CheckpointDigest _digest = new();
    private Trouble? _refused;

    public string Images => Path.Combine(folder, "images");

    /// <summary>Set when all of it is here and the digests agree.</summary>
    public CompleteCheckpoint? Complete { get; private set; } =
        PrivateFiles.ReadJson<CompleteCheckpoint>(Path.Combine(folder, CompleteCheckpoint.FileName));

    public IReadOnlyDictionary<string, long> Received => _digest.Lengths;

    /// <param name="resume">Go on from <see cref="Received"/>; else what was there is thrown away.</param>
    /// <param name="bases">Folders that hold what frames may stand for.</param>
    public Task<Outcome<CompleteCheckpoint>> ReceiveAsync(
        Stream from, bool resume, IReadOnlyList<string> bases, CancellationToken cancel) =>
        ReceiveAsync(resume, limited => ReadFramesAsync(from, bases, limited), cancel);

    /// <summary>Takes whole files instead of frames, always from the first one on.</summary>
    /// <param name="give">Calls its first argument with each file, and says at the end whether they are to be believed.</param>
    public Task<Outcome<CompleteCheckpoint>> ReceiveFilesAsync(
        Func<Func<string, Stream, Task<Trouble?>>, CancellationToken, Task<Trouble?>> give, CancellationToken cancel) =>
        ReceiveAsync(resume: false, async limited =>
        {
            var trouble = await give((name, content) => TakeFileAsync(name, content, limited), limited.Token);
            return trouble is null ? Keep() : trouble;
        }, cancel);

    private async Task<Outcome<CompleteCheckpoint>> ReceiveAsync(
        bool resume, Func<CancellationTokenSource, Task<Outcome<CompleteCheckpoint>>> read, CancellationToken cancel)
    {
        // Whoever comes last is the living sender; an older connection may not even know that it is dead.
        if (_current is { } older)
            await older.CancelAsync();
        await _oneSender.WaitAsync(cancel);
        using var mine = CancellationTokenSource.CreateLinkedTokenSource(cancel, _discarded.Token);
        _current = mine;
        try
        {
            // Discarded while it waited for its turn: nothing may be made anew.
            mine.Token.ThrowIfCancellationRequested();
            if (resume && Complete is { } already)
                return already;
            if (resume && _refused is { } refused)
                return refused;
            // Nothing to go on from, as after a restart of this worker: what lies there has no digest any more.
            if (!resume || _digest.Files == 0)
                BeginAnew();
            if (freeBytes() <= 0)
                return NodeFailures.NoRoom("The checkpoint's folder", 1, 0);
            var outcome = await read(mine);
            // Not worth going on: only a new beginning can help.
            _refused = outcome.Trouble;
            return outcome;
        }
        finally
        {
            _current = null;
            _oneSender.Release();
        }
    }

    /// <summary>Stops whoever is sending and removes everything.</summary>
    public async Task DiscardAsync()
    {
        await _discarded.CancelAsync();
        await _oneSender.WaitAsync();
        try
        {
            PrivateFiles.DeleteFolder(folder);
            Complete = null;
        }
        finally
        {
            _oneSender.Release();
        }
    }

    public void Dispose()
    {
        _digest.Dispose();
        _oneSender.Dispose();
        _discarded.Dispose();
    }

    private void BeginAnew()
    {
        _digest.Dispose();
        _digest = new CheckpointDigest();
        _refused = null;
        Complete = null;
        PrivateFiles.DeleteFolder(folder);
        PrivateFiles.CreateFolder(folder);
        PrivateFiles.CreateFolder(Images);
    }

    private async Task<Outcome<CompleteCheckpoint>> ReadFramesAsync(
        Stream from, IReadOnlyList<string> bases, CancellationTokenSource limited)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CheckpointFrame.MaxLength);
        using var content = new FrameContent(bases);
        using var open = new OpenFile();
        try
        {
            while (true)
            {
                limited.CancelAfter(Silence);
                await from.ReadExactlyAsync(buffer.AsMemory(0, CheckpointFrame.HeadLength), limited.Token);
                if (CheckpointFrame.Read(buffer) is not { } frame)
                    return NodeFailures.TransferRefused("the stream is not made of frames");
                await from.ReadExactlyAsync(buffer.AsMemory(0, frame.NameLength), limited.Token);
                var name = Encoding.ASCII.GetString(buffer, 0, frame.NameLength);
                await from.ReadExactlyAsync(buffer.AsMemory(0, frame.Length), limited.Token);
                var body = buffer.AsMemory(0, frame.Length);
                if (frame.Kind == FrameKind.End)
                    return Finish(frame, body.Span);
                if (content.Open(frame, body) is { } senseless)
                    return senseless;
                if (Refuse(name, frame.Offset, content.Length) is { } trouble)
                    return trouble;
                var file = open.Handle(Path.Combine(Images, name));
                // A frame of no length makes a file of no length.
                _digest.Append(name, []);
                for (var at = frame.Offset; content.Length > 0;)
                {
                    limited.Token.ThrowIfCancellationRequested();
                    var piece = content.Next();
                    RandomAccess.Write(file, piece.Span, at);
                    _digest.Append(name, piece.Span);
                    at += piece.Length;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private Trouble? Refuse(string name, long offset, long length)
    {
        if (!CheckpointFiles.IsAllowed(name))
            return NodeFailures.TransferRefused("a file's name is not one of a checkpoint");
        if (offset != _digest.LengthOf(name))
            return NodeFailures.TransferRefused($"a piece of {name} does not follow on what is there");
        if (_digest.Files >= MaxFiles && !_digest.Knows(name))
            return NodeFailures.TransferRefused($"it has more than {MaxFiles} files");
        if (length > maxBytes - _digest.Bytes)
            return NodeFailures.TooLarge(maxBytes);
        return freeBytes() is var free && free < length
            ? NodeFailures.NoRoom("The checkpoint's folder", length, free)
            : null;
    }

    private Outcome<CompleteCheckpoint> Finish(CheckpointFrame frame, ReadOnlySpan<byte> sent)
    {
        if (frame.Offset != _digest.Bytes || !sent.SequenceEqual(Encoding.ASCII.GetBytes(_digest.Current())))
            return NodeFailures.DigestDiffers();
        return Keep();
    }

    private CompleteCheckpoint Keep()
    {
        var complete = new CompleteCheckpoint(_digest.Current(), _digest.Bytes, _digest.Files);
        PrivateFiles.ReplaceJson(Path.Combine(folder, CompleteCheckpoint.FileName), complete);
        Complete = complete;
        return complete;
    }

    private async Task<Trouble?> TakeFileAsync(string name, Stream content, CancellationTokenSource limited)
    {
        if (_digest.Knows(name))
            return NodeFailures.TransferRefused($"{name} is there twice");
        var block = ArrayPool<byte>.Shared.Rent(CheckpointFrame.MaxLength);
        using var open = new OpenFile();
        try
        {
            for (var (at, read) = (0L, -1); read != 0; at += read)
            {
                limited.CancelAfter(Silence);
                read = await content.ReadAsync(block.AsMemory(0, CheckpointFrame.MaxLength), limited.Token);
                if (Refuse(name, at, read) is { } trouble)
                    return trouble;
                RandomAccess.Write(open.Handle(Path.Combine(Images, name)), block.AsSpan(0, read), at);
                _digest.Append(name, block.AsSpan(0, read));
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block, clearArray: true);
        }
    }
}
