using System.Formats.Tar;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Ms2m.Fuzzing;
using Ms2m.NodeWorker.Runtimes.Archives;
using Ms2m.NodeWorker.Tests.Stage;
using Ms2m.NodeWorker.Tests.Transfer;
using Ms2m.NodeWorker.Transfer;
using Ms2m.NodeWorker.Transfer.Security;
using Ms2m.NodeWorker.Transfer.Wire;

namespace Ms2m.NodeWorker.Tests.Fuzzing;

/// <summary>What arrives at a worker's transfer address, and what its targets answer.</summary>
public sealed class StrangersCheckpoints
{
    private static byte[] Frame(FrameKind kind, string name, long offset, byte[] body)
    {
        var frame = new byte[CheckpointFrame.HeadLength + name.Length + body.Length];
        CheckpointFrame.Write(frame, kind, name, offset, body.Length);
        body.CopyTo(frame, CheckpointFrame.HeadLength + name.Length);
        return frame;
    }

    private static byte[] Checkpoint()
    {
        using var digest = new CheckpointDigest();
        digest.Append("inventory.img", "1"u8);
        digest.Append("pages-1.img", new byte[300]);
        digest.Append("pages-2.img", new byte[400]);
        using var zstd = new Zstd();
        var compressed = new byte[100];
        var length = zstd.Compress(new byte[400], compressed, 1);
        return
        [
            .. Frame(FrameKind.Data, "inventory.img", 0, [.. "1"u8]), .. Frame(FrameKind.Data, "pages-1.img", 0, new byte[200]),
            .. Frame(FrameKind.Data, "pages-1.img", 200, new byte[100]),
            .. Frame(FrameKind.Zstd, "pages-2.img", 0, compressed[..length]),
            .. Frame(FrameKind.End, "", 701, Encoding.ASCII.GetBytes(digest.Current())),
        ];
    }

    [Fact]
    public async Task a_stream_of_frames_makes_a_checkpoint_with_its_digest_or_none()
    {
        using var folder = new TemporaryFolder();
        var whole = Checkpoint();
        var complete = 0;
        await Fuzz.EachAsync(1500, async random =>
        {
            var place = folder["in"];
            using var incoming = new IncomingCheckpoint(place, 5000, () => 1_000_000);
            using var stream = new MemoryStream(Mutation.Bytes(random, whole));
            var trouble = false;
            try
            {
                trouble = (await incoming.ReceiveAsync(stream, random.Next(2) == 0, [], default)).Failed;
            }
            catch (EndOfStreamException)
            {
                // The sender has gone; that is what the endpoint makes of it.
                trouble = true;
            }
            if (!trouble)
                complete++;
            Assert.Equal(trouble, incoming.Complete is null);
            Assert.Equal(["in"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
            if (Directory.Exists(incoming.Images))
            {
                Assert.All(Directory.GetFileSystemEntries(incoming.Images), f => Assert.True(File.Exists(f)));
                Assert.True(Directory.GetFiles(incoming.Images).Sum(f => new FileInfo(f).Length) <= 5000);
            }
            await incoming.DiscardAsync();
        });
        Assert.InRange(complete, 100, 1400);
    }

    [Fact]
    public async Task an_archive_is_rewritten_or_refused_and_nothing_is_unpacked()
    {
        using var folder = new TemporaryFolder();
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, "srv"));
            await writer.WriteEntryAsync(new PaxTarEntry(
                TarEntryType.RegularFile, "srv/a", new Dictionary<string, string> { ["SCHILY.xattr.user.x"] = "y" })
            {
                DataStream = new MemoryStream(new byte[700]),
            });
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "srv/b") { LinkName = "a" });
        }
        var whole = tar.ToArray();
        var passed = 0;
        await Fuzz.EachAsync(1500, async random =>
        {
            var path = folder["rootfs-diff.tar"];
            File.WriteAllBytes(path, Mutation.Bytes(random, whole));
            if (await CheckedArchive.RewriteAsync(path, new ArchiveRules([]), default) is null)
            {
                passed++;
                // What has passed once passes again, and is the same.
                var checkedOnce = File.ReadAllBytes(path);
                Assert.Null(await CheckedArchive.RewriteAsync(path, new ArchiveRules([]), default));
                Assert.Equal(checkedOnce, File.ReadAllBytes(path));
            }
            Assert.Equal(["rootfs-diff.tar"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        });
        Assert.InRange(passed, 100, 1400);
    }

    [Fact]
    public async Task a_request_of_any_shape_is_answered_or_cut_off_and_the_worker_serves_on()
    {
        await using var stage = await TransferStage.OpenAsync();
        Directory.CreateDirectory(stage.Options.Checkpoints);
        var body = Checkpoint();
        await Fuzz.EachAsync(100, async random =>
        {
            var head = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"PUT {stage.Url.AbsolutePath} HTTP/1.1\r\nHost: node-t\r\nAuthorization: Bearer {TransferStage.Token}\r\n{Odd(random)}Content-Length: {body.Length}\r\n\r\n");
            byte[] request = [.. Mutation.Bytes(random, Encoding.ASCII.GetBytes(head)), .. Mutation.Bytes(random, body)];

            var answer = await SayAsync(stage, request);

            if (answer.Length > 0)
                Assert.Matches(@"^HTTP/1\.1 (100|200|400|401|403|404|405|408|411|413|414|417|422|431|501|505|507) ", answer);
            Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
            Assert.True(Directory.GetFileSystemEntries(stage.Options.Checkpoints).Length <= 1);
        });

        stage.Write("inventory.img", [1]);
        Assert.False((await stage.SendAsync()).Failed);
    }

    private static string Odd(Random random) => random.Next(8) switch
    {
        0 => "Ms2m-Resume: 1\r\n",
        1 => "Ms2m-Resume: " + new string('x', 5000) + "\r\n",
        2 => "Transfer-Encoding: chunked\r\n",
        3 => "Content-Length: -1\r\n",
        4 => "Content-Length: 99999999999999999999\r\n",
        5 => "Authorization: Bearer\r\n",
        6 => "Range: bytes=9223372036854775807-\r\nExpect: 100-continue\r\n",
        _ => "",
    };

    private static async Task<string> SayAsync(TransferStage stage, byte[] request)
    {
        using var certificate = NodeCertificate.Load(TestAuthority.Ours.Folder(TransferStage.SourceNode)).Shown.TargetCertificate;
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(stage.Url.Host, stage.Url.Port);
        await using var tls = new SslStream(tcp.GetStream(), false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = TransferStage.TargetNode,
            ClientCertificates = [certificate],
        });
        try
        {
            await tls.WriteAsync(request);
            tcp.Client.Shutdown(SocketShutdown.Send);
            using var answer = new MemoryStream();
            await tls.CopyToAsync(answer);
            return Encoding.Latin1.GetString(answer.ToArray());
        }
        catch (IOException)
        {
            return "";
        }
    }

    [Fact]
    public async Task whatever_a_target_says_it_has_the_source_does_not_stumble()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.img"], new byte[1000]);
        File.WriteAllBytes(folder["b.img"], []);
        await Fuzz.EachAsync(300, async random =>
        {
            using var outgoing = new OutgoingCheckpoint(
                folder.Path, 10_000, new PacedWire(null, TimeProvider.System), TimeProvider.System);
            outgoing.ContinueFrom(new Dictionary<string, long>
            {
                ["a.img"] = random.Any([0L, 1, 999, 1000, 1001, -1, long.MaxValue, long.MinValue]),
                ["b.img"] = random.Any([0L, 1, -5]),
                [Mutation.Text(random)] = 7,
            });
            using var sent = new MemoryStream();

            await outgoing.WriteToAsync(sent, default);

            Assert.InRange(sent.Length, 0, 1300);
        });
    }
}
