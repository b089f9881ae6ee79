using Ms2m.EventLog.Streams;

namespace Ms2m.EventLog.Tests;

public sealed class EventAliasTests
{
    [Theory]
    [InlineData(typeof(MigrationStarted), "migration_started")]
    [InlineData(typeof(CRIUDumpTaken), "criu_dump_taken")]
    [InlineData(typeof(Ms2mReplayDone), "ms_2m_replay_done")]
    [InlineData(typeof(Started), "started")]
    [InlineData(typeof(NodeA), "node_a")]
    public void an_alias_is_the_one_that_marten_would_give(Type type, string alias) =>
        Assert.Equal(alias, EventAlias.Of(type));

    [Fact]
    public void an_alias_given_by_hand_survives_the_name_of_the_class()
    {
        var types = new EventTypes().Add<MigrationStarted>("began");
        Assert.Equal("began", types.AliasOf(typeof(MigrationStarted)));
        Assert.Equal(typeof(MigrationStarted), types.TypeOf("began"));
    }

    [Fact]
    public void one_alias_belongs_to_one_class()
    {
        var types = new EventTypes().Add<Started>("began");
        Assert.Throws<ArgumentException>(() => types.Add<MigrationStarted>("began"));
    }

    [Fact]
    public void an_event_that_nobody_registered_is_named_in_the_error()
    {
        var unknown = Assert.Throws<UnknownEventException>(() => new EventTypes().TypeOf("began"));
        Assert.Contains("'began'", unknown.Message, StringComparison.Ordinal);
    }

    private sealed record MigrationStarted;

    private sealed record CRIUDumpTaken;

    private sealed record Ms2mReplayDone;

    private sealed record Started;

    private sealed record NodeA;
}
