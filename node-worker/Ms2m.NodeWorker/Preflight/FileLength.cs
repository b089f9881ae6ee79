using System.Runtime.InteropServices;
using System.Text;

namespace Ms2m.NodeWorker.Preflight;

/// <summary>How long a file of another process is, without opening it: what a container has open need not be a file, and to
/// open a pipe is to wait for whoever is at its other end.</summary>
internal static class FileLength
{
    private const int CurrentFolder = -100;

    // statx(2): what is known here is enough, a server that does not answer is not waited for.
    private const int DoNotSync = 0x4000;
    private const uint TypeAndSize = 0x1 | 0x200;

    // struct statx, which is the same on every processor.
    private const int StructLength = 256;
    private const int Mode = 28;
    private const int Size = 40;
    private const int TypeBits = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>0 of what is no regular file, or is gone.</summary>
    /// <param name="path">A link of /proc leads to its file also when that has no name any more.</param>
    public static long Of(string path)
    {
        var status = new byte[StructLength];
        if (StatX(CurrentFolder, Encoding.UTF8.GetBytes(path + '\0'), DoNotSync, TypeAndSize, status) != 0)
            return 0;
        return (MemoryMarshal.Read<ushort>(status.AsSpan(Mode)) & TypeBits) == RegularFile
            ? MemoryMarshal.Read<long>(status.AsSpan(Size))
            : 0;
    }

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, byte[] status);
}
