using System.Text.Json;
using Ms2m.Contracts;

namespace Ms2m.NodeWorker;

/// <summary>Files and folders that only the worker may read: they hold what was in a process's memory, or say where a
/// broker is and with which password.</summary>
public static class PrivateFiles
{
    public const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode Folder = File | UnixFileMode.UserExecute;

    public static void CreateFolder(string path)
    {
        Directory.CreateDirectory(path, Folder);
        // An existing folder keeps the mode it had, whoever made it.
        System.IO.File.SetUnixFileMode(path, Folder);
    }

    public static void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    /// <summary>Replaces a file as a whole: a reader sees the old text or the new one, never a part.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        // A name of its own for each writer: two at once must not write into one another.
        var temporary = $"{path}.{Guid.NewGuid():N}.new";
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = File,
        }))
        {
            file.Write(content);
        }
        System.IO.File.Move(temporary, path, overwrite: true);
    }

    public static void ReplaceJson<T>(string path, T value) =>
        Replace(path, JsonSerializer.SerializeToUtf8Bytes(value, ContractJson.Options));

    /// <summary>Null when there is no such file, or what is there is not such a value.</summary>
    public static T? ReadJson<T>(string path)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(System.IO.File.ReadAllBytes(path), ContractJson.Options);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }
}
