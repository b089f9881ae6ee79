using Ms2m.History.Tests.Lab;
using Ms2m.History.Verifying;

namespace Ms2m.History.Tests.Verifying;

/// <summary>Whatever somebody does to a row of the log behind the engine's back is found, and the row is named.</summary>
public sealed class AlteredRowsTests(LogDatabase log) : IClassFixture<LogDatabase>, IAsyncLifetime
{
    private Guid _victim;

    public async Task InitializeAsync()
    {
        if (await log.ScalarAsync<long>("select count(*) from mt_streams") == 0)
        {
            await log.FillAsync(30);
            await log.ProjectAsync();
        }

        _victim = await log.ScalarAsync<Guid>("select id from ms2m_migrations where phase = 'Completed' order by random() limit 1");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task nothing_is_wrong_with_a_log_that_nobody_touched()
    {
        var report = await log.VerifyAllAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(30, report.Migrations);
        Assert.Equal(await log.ScalarAsync<long>("select count(*) from mt_events"), report.Events);
    }

    [Theory]
    [InlineData("data = jsonb_set(data, '{DumpMs}', '1')", "type = 'checkpoint_taken_v2'", "seal")]
    [InlineData("data = jsonb_set(data, '{Bytes}', '7')", "type = 'transfer_completed'", "seal")]
    [InlineData("timestamp = timestamp + interval '1 microsecond'", "version = 5", "seal")]
    [InlineData("headers = jsonb_set(headers, '{author}', '\"somebody\"')", "version = 6", "seal")]
    [InlineData("headers = headers - 'digest'", "version = 4", "seal")]
    [InlineData("causation_id = gen_random_uuid()::text", "version = 7", "seal")]
    [InlineData("causation_id = null", "version = 7", "causation")]
    [InlineData("correlation_id = 'another'", "version = 3", "seal")]
    [InlineData("id = gen_random_uuid()", "version = 2", "seal")]
    [InlineData("type = 'access_granted'", "type = 'replay_opened'", "seal")]
    [InlineData("type = 'nobody_knows'", "version = 8", "schema")]
    [InlineData("data = '{}'", "version = 9", "schema")]
    [InlineData("mt_dotnet_type = 'Some.Other, Assembly'", "version = 2", "schema")]
    [InlineData("mt_dotnet_type = null", "version = 2", "schema")]
    [InlineData("headers = '[]'", "version = 2", "seal")]
    public async Task an_altered_row_is_found_and_named(string change, string where, string rule)
    {
        var row = $"stream_id = '{_victim}' and seq_id = (select min(seq_id) from mt_events where stream_id = '{_victim}' and {where})";
        var version = await log.ScalarAsync<long>($"select version from mt_events where {row}");

        var found = await Changed($"update mt_events set {change} where {row}", rule);

        Assert.Equal(version, found.Version);
    }

    [Fact]
    public async Task a_removed_row_is_missed() => Assert.Contains(
        "Event 6 is missing", (await Changed($"delete from mt_events where stream_id = '{_victim}' and version = 6", "sequence")).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task a_cut_off_end_is_missed_even_when_the_streams_version_is_set_back()
    {
        var last = await log.ScalarAsync<long>($"select version from mt_streams where id = '{_victim}'");

        await Changed(
            $"delete from mt_events where stream_id = '{_victim}' and version = {last};"
            + $" update mt_streams set version = {last - 1} where id = '{_victim}'",
            "seal");
    }

    [Fact]
    public async Task a_stored_state_that_is_not_the_fold_is_found()
    {
        var found = await Changed(
            $"update mt_doc_migrationsaga set data = jsonb_set(data, '{{State,Outcome}}', '\"Failed\"') where id = '{_victim}'", "state");

        Assert.Contains("$.Outcome is \"Failed\", computed \"Completed\"", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task a_lost_state_is_found() => Changed($"delete from mt_doc_migrationsaga where id = '{_victim}'", "state");

    [Fact]
    public Task a_row_of_the_read_model_that_is_not_what_the_events_say_is_found() => Changed(
        $"update ms2m_migrations set view = jsonb_set(view, '{{TotalMs}}', '1') where id = '{_victim}'", "read-model");

    [Fact]
    public Task a_missing_row_of_the_read_model_is_found() => Changed($"delete from ms2m_migrations where id = '{_victim}'", "read-model");

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"StreamVersion":"many","State":{}}""")]
    public Task a_damaged_state_is_named_and_the_rest_is_checked_all_the_same(string data) =>
        Changed($"update mt_doc_migrationsaga set data = '{data}' where id = '{_victim}'", "state");

    [Theory]
    [InlineData("data = jsonb_set(data, '{State}', '{}')", "state")]
    [InlineData("data = data #- '{State,Facts}'", "state")]
    [InlineData("data = jsonb_set(data, '{CurrentState}', '\"Failed\"')", "state")]
    [InlineData("data = jsonb_set(data, '{StreamDigest}', 'null')", "seal")]
    [InlineData("data = data - 'StreamDigest'", "seal")]
    public Task a_state_with_something_taken_out_is_found(string change, string rule) =>
        Changed($"update mt_doc_migrationsaga set {change} where id = '{_victim}'", rule);

    [Theory]
    [InlineData("view = '{}'")]
    [InlineData("view = view - 'Steps'")]
    [InlineData("total_ms = 1")]
    [InlineData("finished = false")]
    [InlineData("phase = 'Failed'")]
    [InlineData("workload = null")]
    [InlineData("finished_at = finished_at - interval '1 day'")]
    public Task a_column_of_the_read_model_that_is_not_its_views_is_found(string change) =>
        Changed($"update ms2m_migrations set {change} where id = '{_victim}'", "read-model");

    [Theory]
    [InlineData("update mt_streams set type = 'x' where id = '{0}'")]
    [InlineData("update mt_events set is_archived = true where stream_id = '{0}' and version = 5")]
    [InlineData("update mt_events set is_archived = null where stream_id = '{0}' and version = 5")]
    [InlineData("update mt_streams set is_archived = true where id = '{0}'")]
    public Task what_would_hide_an_event_from_its_readers_is_found(string sql) =>
        Changed(sql.Replace("{0}", $"{_victim}", StringComparison.Ordinal), "sequence");

    [Fact]
    public Task a_stream_that_is_gone_is_missed() => Changed(
        $"delete from mt_events where stream_id = '{_victim}'; delete from mt_streams where id = '{_victim}'", "state");

    /// <summary>Changes something, verifies, and puts everything back.</summary>
    private async Task<Finding> Changed(string sql, string rule)
    {
        await log.ExecuteAsync(
            "create table kept_events as table mt_events; create table kept_streams as table mt_streams;"
            + " create table kept_sagas as table mt_doc_migrationsaga; create table kept_rows as table ms2m_migrations");
        try
        {
            await log.ExecuteAsync(sql);

            var report = await log.VerifyAllAsync();

            Assert.False(report.IsSound);
            Assert.All(report.Findings, finding => Assert.Equal(_victim, finding.MigrationId));
            return report.Findings.First(finding => finding.Rule == rule);
        }
        finally
        {
            await log.ExecuteAsync(
                "delete from mt_events; delete from mt_streams; delete from mt_doc_migrationsaga; delete from ms2m_migrations;"
                + " insert into mt_streams table kept_streams; insert into mt_events table kept_events;"
                + " insert into mt_doc_migrationsaga table kept_sagas; insert into ms2m_migrations table kept_rows;"
                + " drop table kept_events, kept_streams, kept_sagas, kept_rows");
        }
    }
}
