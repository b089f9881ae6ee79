namespace Ms2m.Kubernetes.Http;

/// <summary>An answer as a whole, but never more of it than fits.</summary>
internal static class BoundedReading
{
    public static async Task<ReadOnlyMemory<byte>> AllAsync(HttpContent content, int most, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > most)
        {
            throw new AnswerTooLargeException(most);
        }

        await using var from = await content.ReadAsStreamAsync(cancel);
        var all = new MemoryStream();
        var piece = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(piece, cancel)) > 0)
        {
            if (all.Length + read > most)
            {
                throw new AnswerTooLargeException(most);
            }

            all.Write(piece, 0, read);
        }

        return all.GetBuffer().AsMemory(0, (int)all.Length);
    }
}

internal sealed class AnswerTooLargeException(int most) : Exception($"it is larger than {most >> 10} KiB");
