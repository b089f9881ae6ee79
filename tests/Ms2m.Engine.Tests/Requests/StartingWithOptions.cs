using Ms2m.Engine.Hosting;
using Ms2m.Migrations;

namespace Ms2m.Engine.Tests.Requests;

public class StartingWithOptions
{
    private static readonly Dictionary<string, string> _needed = new()
    {
        ["MS2M_BROKER_URI"] = "amqp://u:p@host/v",
        ["MS2M_BROKER_MANAGEMENT_URI"] = "http://u:p@host",
        ["MS2M_STORE"] = "Host=host",
        ["MS2M_TRANSFER_SECRET"] = new('s', 32),
        ["MS2M_CLUSTER_KEY"] = new('k', 32),
    };

    private static EngineOptions Read(params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(_needed);
        foreach (var (name, value) in more)
        {
            all[name] = value;
        }

        return EngineOptions.FromEnvironment(all.GetValueOrDefault);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8480")]
    [InlineData("http://*:8480")]
    [InlineData("http://+:8480")]
    [InlineData("http://[::]:8480")]
    [InlineData("http://10.0.0.1:8480")]
    [InlineData("http://engine.example:8480")]
    [InlineData("http://127.0.0.1:8480;http://10.0.0.1:8480")]
    public void an_address_beyond_this_machine_needs_a_token(string listen)
    {
        Assert.Contains(
            "MS2M_API_TOKEN",
            Assert.Throws<EngineOptionsException>(() => Read(("MS2M_ENGINE_LISTEN", listen))).Message, StringComparison.Ordinal);
        Assert.NotNull(Read(("MS2M_ENGINE_LISTEN", listen), ("MS2M_API_TOKEN", new('t', 32))).ApiToken);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8480")]
    [InlineData("http://localhost:8480")]
    [InlineData("http://[::1]:8480")]
    [InlineData("http://127.0.0.1:8480;http://[::1]:8480")]
    public void loopback_needs_none(string listen) => Assert.Null(Read(("MS2M_ENGINE_LISTEN", listen)).ApiToken);

    [Theory]
    [InlineData("short")]
    [InlineData("thirty-two characters with spaces in between")]
    [InlineData("thirty-two-characters-and-an-umlaut-ä")]
    public void a_token_that_protects_nothing_or_fits_into_no_header_is_named(string token) => Assert.Contains(
        "MS2M_API_TOKEN",
        Assert.Throws<EngineOptionsException>(() => Read(("MS2M_API_TOKEN", token))).Message, StringComparison.Ordinal);

    [Fact]
    public void a_token_may_come_from_a_file()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, new string('t', 40) + "\n");
        var read = Read(("MS2M_API_TOKEN_FILE", file));
        File.Delete(file);
        Assert.Equal(new string('t', 40), read.ApiToken);
    }

    [Fact]
    public void limits_have_defaults() => Assert.Equal(new AdmissionLimits(2, 2, 5) { MaxWait = TimeSpan.FromHours(1) }, Read().Limits);

    [Fact]
    public void limits_come_from_the_environment() => Assert.Equal(
        new AdmissionLimits(3, 4, 9) { MaxWait = TimeSpan.FromSeconds(60) },
        Read(
            ("MS2M_MAX_OUTGOING", "3"), ("MS2M_MAX_INCOMING", "4"), ("MS2M_MAX_MIGRATIONS", "9"),
            ("MS2M_MAX_QUEUE_SECONDS", "60")).Limits);

    [Theory]
    [InlineData("MS2M_MAX_OUTGOING", "0")]
    [InlineData("MS2M_MAX_INCOMING", "-1")]
    [InlineData("MS2M_MAX_MIGRATIONS", "many")]
    [InlineData("MS2M_MAX_QUEUE_SECONDS", "1.5")]
    public void a_limit_that_makes_no_sense_is_named(string name, string value) =>
        Assert.Contains(name, Assert.Throws<EngineOptionsException>(() => Read((name, value))).Message, StringComparison.Ordinal);
}
