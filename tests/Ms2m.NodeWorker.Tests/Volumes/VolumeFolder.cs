using System.Diagnostics;
using Ms2m.NodeWorker.Volumes;

namespace Ms2m.NodeWorker.Tests.Volumes;

/// <summary>A volume's folder, changed by the machine's own programs: they know more of files than .NET does.</summary>
internal sealed class VolumeFolder
{
    public VolumeFolder(string path)
    {
        Directory.CreateDirectory(path);
        Path = path;
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public static byte[] Noise(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public VolumeFolder Write(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this;
    }

    /// <summary>In the folder.</summary>
    public string Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-ec", script])
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
        })!;
        var said = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
        return said;
    }

    public VolumeFolder SetAttribute(string name, string attribute)
    {
        Shell($"python3 -c 'import os; os.setxattr(\"{name}\", \"{attribute}\", b\"value\")'");
        return this;
    }

    /// <summary>All that a program in a container could tell apart, as seen by find, sha256sum and Python.</summary>
    public string Listing() => Shell("""
        find . -printf '%p %y %m %U %G %T@ %l %n\n' | sort
        find . -type f -print0 | sort -z | xargs -0 -r sha256sum
        python3 -c 'import os
        for at, folders, files in sorted(os.walk(".")):
            for name in sorted(folders + files):
                path = os.path.join(at, name)
                for one in os.listxattr(path, follow_symlinks=False):
                    print(path, one, os.getxattr(path, one, follow_symlinks=False))'
        """);

    public async Task<VolumePicture> LookAsync() => await new VolumeScan().LookAsync(Path, CancellationToken.None);
}
