using Ms2m.NodeWorker.Runtimes.Podman;
using Ms2m.NodeWorker.Tests.Stage;

namespace Ms2m.NodeWorker.Tests.Runtimes;

public sealed class CriuLogTests
{
    private const string Always =
        "(00.001285) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted";

    private const string Cause = "(00.104000) Error (criu/sk-inet.c:189): inet: Connected TCP socket, consider using --tcp-established";

    [Fact]
    public void the_first_error_is_named_and_what_criu_always_says_is_not_taken_for_one()
    {
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "dump.log");
        File.WriteAllLines(log, ["(00.000001) Version: 4.2.1", Always, Cause, "(00.105000) Error (criu/cr-dump.c:2160): Dumping FAILED."]);

        Assert.Equal(Cause, CriuLog.FirstError(log));
    }

    [Fact]
    public void a_log_without_an_error_names_none()
    {
        using var folder = new TemporaryFolder();
        var log = Path.Combine(folder.Path, "dump.log");
        File.WriteAllLines(log, [Always]);

        Assert.Null(CriuLog.FirstError(log));
        Assert.Null(CriuLog.FirstError(log + ".none"));
    }
}
