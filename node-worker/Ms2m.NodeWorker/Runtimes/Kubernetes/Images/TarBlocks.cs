using System.Text;

namespace Ms2m.NodeWorker.Runtimes.Kubernetes.Images;

/// <summary>A tar whose length is known before it is written and whose bytes depend on nothing but its content: an image's
/// layer is named by a digest, and is not stored before it is sent.</summary>
internal static class TarBlocks
{
    public const int Block = 512;

    /// <summary>Two blocks of zeros.</summary>
    public const int End = 2 * Block;

    private const int NameLength = 100;
    private const int Checksum = 148;
    private const char Space = ' ';

    /// <summary>Of an entry with so many bytes.</summary>
    public static long LengthOf(long bytes) => Block + ((bytes + Block - 1) / Block * Block);

    /// <summary>The header of a file, or of a folder when its name ends with a slash. All is root's, and for nobody else; the
    /// time is the beginning of time.</summary>
    public static byte[] Header(string name, long bytes)
    {
        if (name.Length is 0 or > NameLength || !Ascii.IsValid(name))
            throw new ArgumentException("The name does not fit into a tar's header.", nameof(name));
        var folder = name.EndsWith('/');
        var header = new byte[Block];
        Encoding.ASCII.GetBytes(name, header);
        Octal(header.AsSpan(100, 8), folder ? 0b111_000_000 : 0b110_000_000);
        Octal(header.AsSpan(108, 8), 0);
        Octal(header.AsSpan(116, 8), 0);
        Size(header.AsSpan(124, 12), bytes);
        Octal(header.AsSpan(136, 12), 0);
        header.AsSpan(Checksum, 8).Fill((byte)Space);
        header[156] = (byte)(folder ? '5' : '0');
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        Octal(header.AsSpan(Checksum, 7), header.Sum(one => one));
        return header;
    }

    /// <summary>What fills the last block of a file.</summary>
    public static byte[] Padding(long bytes) => new byte[(Block - (bytes % Block)) % Block];

    private static void Octal(Span<byte> field, long number)
    {
        for (var i = field.Length - 2; i >= 0; i--, number >>= 3)
            field[i] = (byte)('0' + (number & 7));
        field[^1] = 0;
    }

    /// <summary>Eleven octal digits are enough for 8 GiB; GNU's tar writes what is larger as bytes, with the first bit set.</summary>
    private static void Size(Span<byte> field, long bytes)
    {
        if (bytes < 1L << 33)
        {
            Octal(field, bytes);
            return;
        }
        for (var i = field.Length - 1; i >= 0; i--, bytes >>= 8)
            field[i] = (byte)bytes;
        field[0] = 0x80;
    }
}
