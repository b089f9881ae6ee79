using System.Text;
using System.Text.Json;
using Ms2m.NodeWorker.Runtimes;
using Ms2m.NodeWorker.Transfer.Registry;

namespace Ms2m.NodeWorker.Tests.Transfer.Registry;

public sealed class CheckpointImageTests
{
    private static readonly Blob Layer = Blob.Of(CheckpointImage.LayerType, [1, 2, 3]);

    private static CheckpointImage Image() => CheckpointImage.Of(
        Layer, new ExportedContainer("orders-1", "localhost/ms2m/orders:latest", "abc", new Dictionary<string, string>()),
        DateTimeOffset.UnixEpoch);

    [Fact]
    public void podman_and_crio_find_the_name_by_which_they_know_a_checkpoint()
    {
        var annotations = JsonDocument.Parse(Image().ManifestBytes).RootElement.GetProperty("annotations");

        Assert.Equal("orders-1", annotations.GetProperty("io.podman.annotations.checkpoint.name").GetString());
        Assert.Equal("orders-1", annotations.GetProperty("io.kubernetes.cri-o.annotations.checkpoint.name").GetString());
        Assert.Equal("runc", annotations.GetProperty("io.podman.annotations.checkpoint.runtime.name").GetString());
    }

    [Fact]
    public void its_config_names_the_layer_as_it_is_unpacked()
    {
        var image = Image();

        Assert.Equal(Blob.Of("application/vnd.oci.image.config.v1+json", image.ConfigBytes), image.Config);
        Assert.Equal(Layer.Digest,
            JsonDocument.Parse(image.ConfigBytes).RootElement.GetProperty("rootfs").GetProperty("diff_ids")[0].GetString());
    }

    [Fact]
    public void its_layer_is_found_again() => Assert.Equal(Layer, CheckpointImage.LayerOf(Image().ManifestBytes));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"schemaVersion":2,"layers":null}""")]
    [InlineData("""{"schemaVersion":2,"layers":[null]}""")]
    [InlineData("""{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:../../x","size":1}]}""")]
    [InlineData("""{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1}]}""")]
    [InlineData("""{"schemaVersion":2,"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":-1}]}""")]
    public void what_is_no_manifest_of_a_checkpoint_has_none(string manifest) =>
        Assert.Null(CheckpointImage.LayerOf(Encoding.UTF8.GetBytes(manifest)));
}
