using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Ms2m.NodeWorker.Runtimes.Kubernetes.Images;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Kubernetes.Pure;

public sealed class PodImageTests : IDisposable
{
    private const string Name = "localhost/ms2m/checkpoint/orders-1:abc";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Checkpoint()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "images")).FullName;
        foreach (var (name, length) in new (string, int)[]
        {
            ("pages-1.img", 5000), ("inventory.img", 512), ("descriptors.json", 3), ("empty.img", 0),
            ("spec.dump", 10), ("config.dump", 700), ("rootfs-diff.tar", 1024), ("pod.json", 20), ("stats-dump", 45),
        })
            File.WriteAllBytes(Path.Combine(folder, name), RandomNumberGenerator.GetBytes(length));
        return folder;
    }

    private static Task<PodImage> OfAsync(string folder) => PodImage.OfAsync(folder, "c", "arm64", default);

    private static async Task<Dictionary<string, byte[]>> UnpackAsync(Stream archive)
    {
        var files = new Dictionary<string, byte[]>();
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            using var content = new MemoryStream();
            if (entry.DataStream is { } data)
                await data.CopyToAsync(content);
            files.Add(entry.Name, content.ToArray());
        }
        return files;
    }

    [Theory]
    [InlineData("""{"process":{"user":{"uid":1654,"gid":7}}}""", "1654:7")]
    [InlineData("""{"process":{"user":{"uid":0,"gid":0,"additionalGids":[10]}}}""", "0:0")]
    [InlineData("""{"process":{}}""", null)]
    [InlineData("{", null)]
    public async Task it_names_the_user_that_its_process_runs_as(string spec, string? user)
    {
        var folder = Checkpoint();
        File.WriteAllText(Path.Combine(folder, "spec.dump"), spec);

        var config = JsonDocument.Parse((await OfAsync(folder)).Image.ConfigBytes).RootElement.GetProperty("config");

        Assert.Equal(user, config.TryGetProperty("User", out var said) ? said.GetString() : null);
    }

    [Fact]
    public async Task its_layer_is_what_the_kubelet_would_have_made()
    {
        var folder = Checkpoint();
        using var layer = new MemoryStream();

        await CheckpointContent.Of(folder).WriteToAsync(layer, default);

        layer.Position = 0;
        var files = await UnpackAsync(layer);
        Assert.Equal(
            ["checkpoint/", "checkpoint/descriptors.json", "checkpoint/empty.img", "checkpoint/inventory.img", "checkpoint/pages-1.img",
                "config.dump", "pod.json", "rootfs-diff.tar", "spec.dump", "stats-dump"],
            files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files.Where(file => file.Key != "checkpoint/"), file => Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(file.Key))), file.Value));
    }

    [Fact]
    public async Task every_digest_and_length_is_that_of_what_it_names()
    {
        var image = await OfAsync(Checkpoint());
        using var archive = new MemoryStream();

        await OciLayout.WriteArchiveAsync(image, Name, archive, default);

        archive.Position = 0;
        var files = await UnpackAsync(archive);
        var layer = await UnpackAsync(new MemoryStream(files[PodImage.PathOf(image.Image.Layer)]));
        Assert.Contains("spec.dump", layer.Keys);
        Assert.DoesNotContain("pod.json", layer.Keys);
        foreach (var blob in new[] { image.Image.Manifest, image.Image.Config, image.Image.Layer })
        {
            var content = files[$"blobs/sha256/{blob.Digest["sha256:".Length..]}"];
            Assert.Equal(blob.Size, content.Length);
            Assert.Equal(blob.Digest, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}");
        }
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", System.Text.Encoding.ASCII.GetString(files["oci-layout"]));
        Assert.Equal(5, files.Count);
    }

    [Fact]
    public async Task both_runtimes_know_it_for_a_checkpoint()
    {
        var manifest = JsonDocument.Parse((await OfAsync(Checkpoint())).Image.ManifestBytes).RootElement.GetProperty("annotations");

        Assert.Equal("c", manifest.GetProperty("org.criu.checkpoint.container.name").GetString());
        Assert.Equal("c", manifest.GetProperty("io.kubernetes.cri-o.annotations.checkpoint.name").GetString());
    }

    [Fact]
    public async Task its_index_gives_the_name_in_the_words_of_both()
    {
        var index = JsonDocument.Parse((await OfAsync(Checkpoint())).Index(Name)).RootElement.GetProperty("manifests")[0];

        Assert.Equal(Name, index.GetProperty("annotations").GetProperty("io.containerd.image.name").GetString());
        Assert.Equal(Name, index.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString());
    }

    [Fact]
    public async Task it_is_for_the_nodes_processor_and_names_its_only_layer()
    {
        var image = await OfAsync(Checkpoint());
        var config = JsonDocument.Parse(image.Image.ConfigBytes).RootElement;

        Assert.Equal("arm64", config.GetProperty("architecture").GetString());
        Assert.Equal([image.Image.Layer.Digest], config.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task a_folder_holds_the_same_as_an_archive()
    {
        var image = await OfAsync(Checkpoint());
        var folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "layout")).FullName;

        await OciLayout.WriteFolderAsync(image, Name, folder, default);

        using var archive = new MemoryStream();
        await OciLayout.WriteArchiveAsync(image, Name, archive, default);
        archive.Position = 0;
        var files = await UnpackAsync(archive);
        Assert.Equal(
            files.Keys.Order(), Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).Order());
        Assert.All(files, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(folder, file.Key))));
        Assert.All(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), path => Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(path)));
    }

    [Fact]
    public async Task a_file_that_grows_while_it_is_packed_does_not_shift_what_follows()
    {
        var folder = Checkpoint();
        var content = CheckpointContent.Of(folder);
        File.AppendAllText(Path.Combine(folder, "inventory.img"), "more");
        using var layer = new MemoryStream();

        await content.WriteToAsync(layer, default);

        Assert.Equal(content.Length, layer.Length);
    }

    [Fact]
    public async Task a_file_that_has_become_shorter_is_noticed()
    {
        var folder = Checkpoint();
        var content = CheckpointContent.Of(folder);
        File.WriteAllText(Path.Combine(folder, "pages-1.img"), "short");

        await Assert.ThrowsAsync<EndOfStreamException>(() => content.WriteToAsync(Stream.Null, default));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(8_589_934_591L)]
    [InlineData(8_589_934_592L)]
    [InlineData(1_099_511_627_776L)]
    public void a_length_of_any_size_can_be_read(long length)
    {
        // Nothing follows: a reader that is not to skip anything reads the header alone.
        using var header = new MemoryStream(TarBlocks.Header("pages-1.img", length));
        using var tar = new TarReader(new Unseekable(header));

        Assert.Equal(length, tar.GetNextEntry()!.Length);
    }

    private sealed class Unseekable(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
