using System.Formats.Tar;
using System.Text;

namespace Ms2m.NodeWorker.Tests.Stage;

/// <summary>A small image made of the node's own shell: a program that counts aloud in its instance folder.</summary>
internal static class TestImage
{
    // The number changes with the image: nodes keep what they have.
    public const string Name = "localhost/ms2m/worker-test:5";

    /// <summary>The same, with a volume at /data.</summary>
    public const string WithVolume = "localhost/ms2m/worker-test-volume:5";

    private const string Program = """
        #!/bin/sh
        # Counts; with TOUCH set it also changes its own root file system, its shared memory and its volume, once, and
        # then says again and again what it sees of that. With LOCK set it holds a lock on a file. With SPAWN set it starts
        # programs as fast as it can, and nothing else.
        n=0
        while [ -n "$SPAWN" ]; do sleep 0; done
        if [ -n "$LOCK" ]; then exec 9</srv/old; flock 9; fi
        if [ -n "$TOUCH" ]; then
          echo changed >/srv/changed; mv /srv/old /srv/kept; echo shared >/dev/shm/note
          if [ -d /data ]; then echo filled >/data/file; fi
        fi
        while :; do
          n=$((n + 1))
          echo "$n" >/ms2m/count.new && mv /ms2m/count.new /ms2m/count
          if [ -n "$TOUCH" ]; then
            read -r a </srv/changed; read -r b </dev/shm/note; read -r c </srv/kept; d=
            if [ -e /srv/old ]; then d=old; fi
            if [ -e /data/file ]; then read -r d </data/file; fi
            echo "$a $b $c $d" >/ms2m/seen.new && mv /ms2m/seen.new /ms2m/seen
          fi
          sleep 0.05
        done
        """;

    public static async Task LoadAsync(LabNode node)
    {
        await LoadAsync(node, Name);
        await LoadAsync(node, WithVolume, "VOLUME /data");
    }

    private static async Task LoadAsync(LabNode node, string name, params string[] more)
    {
        using var podman = node.Podman();
        var there = await podman.GetAsync(
            $"images/{Uri.EscapeDataString(name)}/exists", TimeSpan.FromSeconds(10), CancellationToken.None);
        if (there.Value.IsSuccess)
            return;
        using var layer = new MemoryStream();
        await using (var tar = new TarWriter(layer, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var folder in (string[])["ms2m", "proc", "sys", "dev", "run", "etc", "tmp", "srv", "usr/bin", "usr/lib64"])
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder));
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "srv/old")
            {
                DataStream = new MemoryStream("old\n"u8.ToArray()),
            });
            await LinkAsync(tar, "bin", "usr/bin");
            await LinkAsync(tar, "lib64", "usr/lib64");
            // Where the loader looks by itself.
            await LinkAsync(tar, "usr/lib", "lib64");
            foreach (var program in (string[])["sh", "sleep", "mv", "cp", "flock"])
                await CopyAsync(tar, node.Here("/usr/bin/" + (program == "sh" ? "dash" : program)), $"usr/bin/{program}");
            foreach (var path in await LibrariesAsync(node))
                await CopyAsync(tar, node.Here(path), $"usr/lib64/{Path.GetFileName(path)}");
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "usr/bin/count")
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream(Encoding.ASCII.GetBytes(Program)),
            });
        }
        layer.Position = 0;
        string[] changes = ["""ENTRYPOINT ["/bin/sh","/usr/bin/count"]""", "ENV PATH=/usr/bin", .. more];
        using var content = new StreamContent(layer);
        content.Headers.ContentType = new("application/x-tar");
        var query = string.Concat(changes.Select(c => $"&changes={Uri.EscapeDataString(c)}"));
        var reply = await podman.UploadAsync(
            HttpMethod.Post, $"images/import?reference={Uri.EscapeDataString(name)}{query}", content,
            TimeSpan.FromSeconds(60), CancellationToken.None);
        Assert.True(reply.Value.IsSuccess, reply.Value.Text);
    }

    /// <summary>What the loader says the programs need: lines such as <c>libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)</c>.</summary>
    private static async Task<IEnumerable<string>> LibrariesAsync(LabNode node)
    {
        var said = await node.SayAsync("ldd", "/usr/bin/dash", "/usr/bin/sleep", "/usr/bin/mv", "/usr/bin/cp", "/usr/bin/flock");
        return said.Split('\n').SelectMany(l => l.Split(' ', '\t')).Where(w => w.StartsWith('/') && w.Contains(".so", StringComparison.Ordinal))
            .Distinct();
    }

    private static async Task CopyAsync(TarWriter tar, string from, string to)
    {
        await using var file = File.OpenRead(from);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, to)
        {
            Mode = (UnixFileMode)0b111_101_101,
            DataStream = file,
        });
    }

    private static Task LinkAsync(TarWriter tar, string name, string to) =>
        tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = to });
}
