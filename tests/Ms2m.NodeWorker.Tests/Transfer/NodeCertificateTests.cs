using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Transfer.Security;

namespace Ms2m.NodeWorker.Tests.Transfer;

/// <summary>What a worker says of its certificate before it starts, and the tool that makes certificates.</summary>
public sealed class NodeCertificateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _others = new();

    public void Dispose()
    {
        _folder.Dispose();
        _others.Dispose();
    }

    private static string? ProblemOf(string folder) =>
        new MutualTls(folder, "node-a", NullLogger<MutualTls>.Instance).Problem();

    [Fact]
    public void one_of_the_node_itself_that_its_authority_has_signed_will_do() =>
        Assert.Null(ProblemOf(TestAuthority.Ours.Folder("node-a")));

    [Fact]
    public void one_of_another_node_will_not() =>
        Assert.Contains("not that of node-a", ProblemOf(TestAuthority.Ours.Folder("node-b")), StringComparison.Ordinal);

    [Fact]
    public void nor_one_that_has_run_out() =>
        Assert.Contains("NotTimeValid", ProblemOf(TestAuthority.Ours.Folder("node-a", -1)), StringComparison.Ordinal);

    [Fact]
    public void nor_one_of_an_authority_that_the_node_does_not_believe_itself() =>
        Assert.NotNull(ProblemOf(_others.Folder("node-a", believes: TestAuthority.Ours)));

    [Fact]
    public void nor_one_that_is_no_use_for_one_of_the_two_sides()
    {
        Assert.NotNull(ProblemOf(TestAuthority.Ours.Folder("node-a", forClients: false)));
        Assert.NotNull(ProblemOf(TestAuthority.Ours.Folder("node-a", forServers: false)));
    }

    [Fact]
    public void a_key_that_others_may_read_is_refused_with_the_cure()
    {
        var folder = TestAuthority.Ours.Folder("node-a");
        var key = Path.Combine(folder, "tls.key");
        File.SetUnixFileMode(key, PrivateFiles.File | UnixFileMode.GroupRead);

        Assert.Contains($"chmod 600 {key}", ProblemOf(folder), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.crt")]
    [InlineData("tls.crt")]
    [InlineData("tls.key")]
    public void a_file_that_is_missing_or_holds_something_else_is_named(string name)
    {
        var folder = TestAuthority.Ours.Folder("node-a");

        PrivateFiles.Replace(Path.Combine(folder, name), "-----BEGIN NONSENSE-----"u8);
        Assert.NotNull(ProblemOf(folder));

        File.Delete(Path.Combine(folder, name));
        Assert.Contains(name, ProblemOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void a_key_of_another_certificate_is_refused()
    {
        var folder = TestAuthority.Ours.Folder("node-a");
        File.Copy(Path.Combine(TestAuthority.Ours.Folder("node-a"), "tls.key"), Path.Combine(folder, "tls.key"), true);

        Assert.NotNull(ProblemOf(folder));
    }

    [Fact]
    public async Task the_tool_makes_what_workers_accept_and_nobody_else_can_read()
    {
        await MakeAsync("node-a=10.0.0.1,a.example", "node-b");

        Assert.Null(ProblemOf(_folder["node-a"]));
        Assert.NotNull(ProblemOf(_folder["node-b"]));
        var files = Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories);
        Assert.All(files, f => Assert.Equal(PrivateFiles.File, File.GetUnixFileMode(f)));
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(_folder["node-a/tls.crt"]);
        Assert.True(certificate.MatchesHostname("10.0.0.1") && certificate.MatchesHostname("a.example"));
        Assert.Equal(["ca.crt", "names", "tls.crt", "tls.key"],
            Directory.GetFiles(_folder["node-a"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task the_tool_keeps_what_fits_and_makes_anew_what_does_not()
    {
        await MakeAsync("node-a=10.0.0.1", "node-b=10.0.0.2");
        var (a, b) = (Read("node-a"), Read("node-b"));

        await MakeAsync("node-a=10.0.0.1", "node-b=10.0.0.7");
        Assert.Equal(a, Read("node-a"));
        Assert.NotEqual(b, Read("node-b"));

        Directory.Delete(_folder["authority"], recursive: true);
        await MakeAsync("node-a=10.0.0.1");
        Assert.NotEqual(a, Read("node-a"));
        Assert.Null(ProblemOf(_folder["node-a"]));

        // With ten days left it is due.
        TestAuthority.Ours.Write(_folder["node-a"], "node-a", daysLeft: 10);
        await MakeAsync("node-a=10.0.0.1");
        Assert.Null(ProblemOf(_folder["node-a"]));
    }

    private string Read(string node) => File.ReadAllText(_folder[$"{node}/tls.crt"]);

    private async Task MakeAsync(params string[] nodes)
    {
        using var tool = Process.Start(Repository.Path("deploy/certificates"), [_folder.Path, .. nodes]);
        await tool.WaitForExitAsync();
        Assert.Equal(0, tool.ExitCode);
    }
}
