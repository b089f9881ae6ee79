using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Ms2m.NodeWorker.Volumes;

/// <summary>What the kernel says of one name, itself and not what it links to.</summary>
/// <param name="Identity">Device and inode: the same for each hard link.</param>
/// <param name="Changed">When anything of it last changed, in nanoseconds. No program can set that.</param>
internal readonly record struct FileFacts(
    FileKind Kind, int Mode, uint Uid, uint Gid, uint Links, (ulong Device, ulong Inode) Identity, long Size, long Allocated,
    long Modified, long Changed)
{
    private const int AtWorkingFolder = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int Length = 256;
    private const int MaxAttributes = 64 * 1024;

    /// <summary>Null when there is nothing of that name.</summary>
    public static FileFacts? Of(string path)
    {
        Span<byte> facts = stackalloc byte[Length];
        if (Statx(AtWorkingFolder, path, NoFollow, BasicStats, ref MemoryMarshal.GetReference(facts)) != 0)
            return null;
        // statx(2): the places of its fields are the same on all processors of this byte order.
        var mode = BinaryPrimitives.ReadUInt16LittleEndian(facts[28..]);
        return new FileFacts(
            (mode & 0xF000) switch
            {
                0x8000 => FileKind.File,
                0x4000 => FileKind.Folder,
                0xA000 => FileKind.Link,
                0xC000 => FileKind.Socket,
                _ => FileKind.Other,
            },
            mode & 0xFFF,
            BinaryPrimitives.ReadUInt32LittleEndian(facts[20..]), BinaryPrimitives.ReadUInt32LittleEndian(facts[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(facts[16..]),
            (BinaryPrimitives.ReadUInt64LittleEndian(facts[136..]), BinaryPrimitives.ReadUInt64LittleEndian(facts[32..])),
            BinaryPrimitives.ReadInt64LittleEndian(facts[40..]), BinaryPrimitives.ReadInt64LittleEndian(facts[48..]) * 512,
            Time(facts[112..]), Time(facts[96..]));
    }

    /// <summary>Extended attributes by name; empty where the file system knows none.</summary>
    public static SortedDictionary<string, byte[]> AttributesOf(string path)
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        if (ListAttributes(path, null, 0) is not (> 0 and <= MaxAttributes and var length))
            return found;
        var names = new byte[length];
        length = ListAttributes(path, names, (nuint)names.Length);
        foreach (var name in Encoding.UTF8.GetString(names, 0, (int)Math.Max(0, length)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var size = GetAttribute(path, name, null, 0);
            var value = new byte[Math.Clamp(size, 0, MaxAttributes)];
            if (size > 0)
                size = GetAttribute(path, name, value, (nuint)value.Length);
            if (size >= 0)
                found[name] = value;
        }
        return found;
    }

    /// <summary>For reading; neither through a link that a workload has put in its place, nor waiting at a pipe.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static SafeFileHandle OpenItself(string path)
    {
        const int nonBlock = 0x800, closeOnExec = 0x80000;
        var noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
        var handle = Open(path, nonBlock | closeOnExec | noFollow);
        return handle >= 0
            ? new SafeFileHandle(handle, ownsHandle: true)
            : throw new IOException($"{path} cannot be opened (error {Marshal.GetLastPInvokeError()}).");
    }

    private static long Time(ReadOnlySpan<byte> at) =>
        (BinaryPrimitives.ReadInt64LittleEndian(at) * 1_000_000_000) + BinaryPrimitives.ReadUInt32LittleEndian(at[8..]);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte facts);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "llistxattr")]
    private static extern nint ListAttributes(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path, [Out] byte[]? names, nuint size);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "lgetxattr")]
    private static extern nint GetAttribute(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path, [MarshalAs(UnmanagedType.LPUTF8Str)] string name,
        [Out] byte[]? value, nuint size);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}

internal enum FileKind
{
    File,
    Folder,
    Link,
    Socket,
    Other,
}
