using System.Buffers;
using System.IO.Pipelines;

namespace Ms2m.Kubernetes.Http.Watching;

/// <summary>A stream line by line, as it comes; a line that never ends is not waited for.</summary>
internal sealed class BoundedLines(Stream from, int longest) : IAsyncDisposable
{
    private readonly PipeReader _reader = PipeReader.Create(from);

    /// <returns>Null at the end. What stands behind the last line's end was cut off and is dropped.</returns>
    /// <exception cref="AnswerTooLargeException">It is longer than allowed.</exception>
    public async ValueTask<byte[]?> NextAsync(CancellationToken cancel)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancel);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                if (line.Length > longest)
                {
                    throw new AnswerTooLargeException(longest);
                }

                var text = line.ToArray();
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                return text;
            }

            if (buffer.Length > longest)
            {
                throw new AnswerTooLargeException(longest);
            }

            if (read.IsCompleted)
            {
                return null;
            }

            // All was looked at, nothing is used up: it comes again with what follows.
            _reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public ValueTask DisposeAsync() => _reader.CompleteAsync();
}
