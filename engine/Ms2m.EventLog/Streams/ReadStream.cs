using Npgsql;

namespace Ms2m.EventLog.Streams;

/// <summary>Reads one stream in order, also when it is archived: whoever asks for it by its id means it.</summary>
public sealed class ReadStream(NpgsqlDataSource store, EventTypes types)
{
    // Index pk_mt_events_stream_and_version.
    private const string Sql =
        $"select {StoredEvent.Columns} from mt_events where stream_id = $1 and version >= $2"
        + " order by version";

    /// <summary>Whether a stream is archived: nothing can be appended to it then.</summary>
    public async Task<bool> IsArchivedAsync(Guid streamId, CancellationToken token)
    {
        await using var command = store.CreateCommand("select is_archived from mt_streams where id = $1");
        command.Parameters.Add(Parameter.Uuid(streamId));
        return await command.ExecuteScalarAsync(token) is true;
    }

    /// <summary>What is committed.</summary>
    /// <returns>Empty for a stream that does not exist.</returns>
    public async Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        Guid streamId, long fromVersion, CancellationToken token)
    {
        await using var command = store.CreateCommand(Sql);
        return await ReadAsync(command, streamId, fromVersion, token);
    }

    /// <summary>What the session's transaction sees; what it deferred is not in it.</summary>
    public async Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        PgSession session, Guid streamId, long fromVersion, CancellationToken token)
    {
        await using var command = session.Command(Sql);
        return await ReadAsync(command, streamId, fromVersion, token);
    }

    private async Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        NpgsqlCommand command, Guid streamId, long fromVersion, CancellationToken token)
    {
        command.Parameters.Add(Parameter.Uuid(streamId));
        command.Parameters.Add(Parameter.Bigint(fromVersion));
        var events = new List<RecordedEvent>();
        await using var rows = await command.ExecuteReaderAsync(token);
        while (await rows.ReadAsync(token))
        {
            events.Add(RecordedEvent.Of(StoredEvent.Read(rows), types));
        }

        return events;
    }
}
