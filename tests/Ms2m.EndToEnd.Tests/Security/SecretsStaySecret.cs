using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Ms2m.Cli.Api;
using Ms2m.Contracts;
using Ms2m.EndToEnd.Tests.Lab;
using Ms2m.Eval.Load;
using Xunit.Abstractions;

namespace Ms2m.EndToEnd.Tests.Security;

/// <summary>After a migration no secret of the lab can be read where others may look: in the list of processes, in logs, in
/// the event log, in what is left of the outbox.</summary>
[Collection(LabCollection.Name)]
public sealed class SecretsStaySecret(LabFixture lab, ITestOutputHelper output)
{
    private static readonly string State = Path.Combine(
        Environment.GetEnvironmentVariable("MS2M_LAB_HOME") ?? "/var/lib/ms2m-lab",
        Environment.GetEnvironmentVariable("MS2M_LAB") ?? "0");

    [Fact]
    public async Task no_argument_no_log_no_event_and_no_stored_message_holds_one()
    {
        var cancel = CancellationToken.None;
        await using var orders = await lab.LoadedOrders(
            new LoadOptions(Rate: 20, Publishers: 1, WorkMs: 5, StateMb: 5, WarmupSeconds: 1), output.WriteLine, cancel);
        var source = orders.Instance;
        var started = await lab.Cluster.Migrations.Start(OrdersWorkload.Name, LabFixture.Target, cancel);
        var seen = new StringBuilder();
        // While it runs, because that is when programs are started.
        using var watching = new CancellationTokenSource();
        var arguments = Task.Run(() => WatchArguments(seen, watching.Token), cancel);
        var ended = await new MigrationFollower(lab.Cluster.Engine, started.MigrationId, TimeProvider.System)
            .ToTheEnd((_, _) => { }, cancel);
        await watching.CancelAsync();
        await arguments;
        orders.Moved(ended);
        Assert.Equal("Completed", ended.Phase);

        foreach (var log in Directory.GetFiles(Path.Combine(State, "logs"), "*.log"))
        {
            seen.AppendLine(await File.ReadAllTextAsync(log, cancel));
        }

        seen.AppendLine(await lab.Tool.InNode(LabFixture.Target, $"podman logs {orders.Instance} 2>&1", cancel));
        var stored = await Stored(cancel);
        Assert.Contains(started.MigrationId.ToString(), stored, StringComparison.Ordinal);
        seen.AppendLine(stored);

        var text = seen.ToString();
        var secrets = Secrets(source, orders.Instance, started.MigrationId).ToList();
        output.WriteLine($"looked for {secrets.Count} secrets in {text.Length} characters");
        Assert.All(secrets, secret => Assert.False(text.Contains(secret.Value, StringComparison.Ordinal), $"{secret.Name} can be read"));
        await Proof.ExactAndClean(lab, orders, output.WriteLine, cancel);
    }

    private static IEnumerable<(string Name, string Value)> Secrets(string source, string shadow, Guid migration)
    {
        var files = Directory.GetFiles(Path.Combine(State, "secrets"))
            .Select(file => (Name: Path.GetFileName(file), Value: File.ReadAllText(file).Trim()))
            .Where(secret => secret.Value.Length >= 16).ToList();
        Assert.Contains(files, secret => secret.Name == "cluster");
        var cluster = files.Single(secret => secret.Name == "cluster").Value;
        var transfer = files.Single(secret => secret.Name == "transfer").Value;
        var token = Base64Url.EncodeToString(
            HMACSHA256.HashData(Encoding.UTF8.GetBytes(transfer), migration.ToByteArray(bigEndian: true)));
        return files.Append(("the transfer's token", token)).Concat(
            from place in new[] { (Node: LabFixture.Source, Instance: source), (Node: LabFixture.Target, Instance: shadow) }
            let key = Credentials.NodeKey(cluster, place.Node)
            from secret in new[]
            {
                ($"the key of {place.Node}", key),
                ($"the worker's password on {place.Node}", Credentials.WorkerPassword(key)),
                ($"the password of {place.Instance}", Credentials.InstancePassword(key, place.Instance)),
            }
            select secret);
    }

    private static void WatchArguments(StringBuilder seen, CancellationToken stop)
    {
        do
        {
            foreach (var process in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
            {
                try
                {
                    seen.AppendLine(File.ReadAllText(Path.Combine(process, "cmdline")));
                }
                catch (IOException)
                {
                    // It has ended.
                }
            }
        }
        while (!stop.WaitHandle.WaitOne(200));
    }

    // As the database's owner: nobody else sees all of it.
    private static async Task<string> Stored(CancellationToken cancel)
    {
        const string look = "select data::text from mt_events union all select data::text from mt_doc_migrationsaga "
            + "union all select encode(body, 'escape') || headers::text from ms2m_outbox "
            + "union all select encode(body, 'escape') || headers::text from ms2m_timers";
        var port = 5442 + int.Parse(
            Environment.GetEnvironmentVariable("MS2M_LAB") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        using var psql = Process.Start(new ProcessStartInfo("setpriv",
        [
            "--reuid=postgres", "--regid=postgres", "--init-groups", "psql", "--no-psqlrc", "--tuples-only",
            $"--host={State}/store/sockets", $"--port={port}", "--dbname=ms2m", $"--command={look}",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        var errors = psql.StandardError.ReadToEndAsync(cancel);
        var said = await psql.StandardOutput.ReadToEndAsync(cancel);
        await psql.WaitForExitAsync(cancel);
        Assert.True(psql.ExitCode == 0, await errors);
        return said;
    }
}
