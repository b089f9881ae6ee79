using System.Runtime.InteropServices;

namespace Ms2m.NodeWorker.Transfer.Wire;

/// <summary>The machine's own libzstd: on every Debian, and where it is not, checkpoints travel as they are. One call
/// compresses or expands one block, in buffers of ours, so what a block expands to is bounded by the buffer.</summary>
internal sealed class Zstd : IDisposable
{
    private const string Library = "libzstd.so.1";

    private static readonly bool Found = NativeLibrary.TryLoad(Library, out _);

    private nint _compressor;
    private nint _expander;

    public static bool IsAvailable => Found;

    /// <summary>Gives how long the compressed block is; 0 when it does not fit.</summary>
    public int Compress(ReadOnlySpan<byte> from, Span<byte> to, int level)
    {
        if (_compressor == 0 && (_compressor = Native.ZSTD_createCCtx()) == 0)
            return 0;
        var length = Native.ZSTD_compressCCtx(
            _compressor, ref MemoryMarshal.GetReference(to), (nuint)to.Length, in MemoryMarshal.GetReference(from),
            (nuint)from.Length, level);
        return Native.ZSTD_isError(length) == 0 ? (int)length : 0;
    }

    /// <summary>Gives how long the block is; -1 when it is no such block or longer than there is room for.</summary>
    public int Expand(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (_expander == 0 && (_expander = Native.ZSTD_createDCtx()) == 0)
            return -1;
        var length = Native.ZSTD_decompressDCtx(
            _expander, ref MemoryMarshal.GetReference(to), (nuint)to.Length, in MemoryMarshal.GetReference(from),
            (nuint)from.Length);
        return Native.ZSTD_isError(length) == 0 ? (int)length : -1;
    }

    public void Dispose()
    {
        if (_compressor != 0)
            _ = Native.ZSTD_freeCCtx(_compressor);
        if (_expander != 0)
            _ = Native.ZSTD_freeDCtx(_expander);
        _compressor = _expander = 0;
    }

    /// <summary>As zstd.h names them.</summary>
    private static class Native
    {
        [DllImport(Library)]
        public static extern nint ZSTD_createCCtx();

        [DllImport(Library)]
        public static extern nuint ZSTD_freeCCtx(nint context);

        [DllImport(Library)]
        public static extern nuint ZSTD_compressCCtx(
            nint context, ref byte to, nuint room, in byte from, nuint length, int level);

        [DllImport(Library)]
        public static extern nint ZSTD_createDCtx();

        [DllImport(Library)]
        public static extern nuint ZSTD_freeDCtx(nint context);

        [DllImport(Library)]
        public static extern nuint ZSTD_decompressDCtx(nint context, ref byte to, nuint room, in byte from, nuint length);

        [DllImport(Library)]
        public static extern uint ZSTD_isError(nuint code);
    }
}
