namespace Ms2m.Eval.Chaos.Faults;

/// <summary>Turns bytes over in the memory pages that the target has received, behind the worker's back.</summary>
internal sealed class CorruptedCheckpoint(Stage stage, Cell cell) : Blow
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);

    private readonly TargetRoom _room = new(stage);

    /// <summary>Of a process whose memory comes later there is a megabyte in all.</summary>
    private readonly int _enough = cell.Variant.Move.PostCopy ? 1 << 18 : 1 << 20;

    public override Task Prepare(CancellationToken cancel) => _room.Prepare(cancel);

    public override async Task<bool> Strike(CancellationToken cancel)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < Patience)
        {
            if (Pages().Any(Corrupt))
            {
                return true;
            }

            await Task.Delay(Look, cancel);
        }

        return false;
    }

    // Before there is a checkpoint only what has gone ahead of it can be struck.
    private IEnumerable<string> Pages() => cell.Moment is Moment.PreCopying or Moment.Checkpointing
        ? _room.Ahead("pages")
        : _room.Images("pages-*.img");

    /// <returns>False while there is too little of it.</returns>
    private bool Corrupt(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (file.Length < _enough)
            {
                return false;
            }

            // All over it: one page alone might never be read again.
            var buffer = new byte[64];
            for (var at = 0L; at + 4096 < file.Length; at += 65_536)
            {
                file.Position = at;
                file.ReadExactly(buffer);
                for (var i = 0; i < buffer.Length; i++)
                {
                    buffer[i] ^= 0xFF;
                }

                file.Position = at;
                file.Write(buffer);
            }

            return true;
        }
        catch (IOException)
        {
            // It is gone: it was refused, or restored.
            return false;
        }
    }
}
