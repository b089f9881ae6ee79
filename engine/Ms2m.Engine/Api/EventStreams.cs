using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;

namespace Ms2m.Engine.Api;

/// <summary>Events as they come: of one migration until it has ended, of all without an end.</summary>
internal sealed class EventStreams(
    ReadStream readStream, FollowEvents follow, IHostApplicationLifetime host, IOptions<JsonOptions> json, TimeProvider time)
{
    /// <param name="after">The version that the listener has.</param>
    public async Task<IResult> OfOneAsync(Guid id, long after, CancellationToken token)
    {
        var soFar = await readStream.ReadAsync(id, 1, token);
        if (soFar.Count == 0)
        {
            return MigrationEndpoints.Unknown(id);
        }

        // To 200 and an end a browser's EventSource answers by coming back; 204 tells it that there is no more to come for.
        var ended = Migration.Fold(soFar.Select(one => (IMigrationMessage)one.Data)) is MigrationState.Ended;
        return ended && soFar[^1].Version <= after ? Results.NoContent() : Sent(UntilTheEndAsync(id, after, token));
    }

    /// <param name="after">The sequence number that the listener has.</param>
    public IResult OfAll(long after) => Sent(AllAsync(after));

    private ServerSentEvents Sent(IAsyncEnumerable<SentEvent> events) => new(events, host, json, time);

    // Folded from the first event on, whatever is asked for: only so it is known when the migration has ended.
    private async IAsyncEnumerable<SentEvent> UntilTheEndAsync(
        Guid id, long after, [EnumeratorCancellation] CancellationToken token = default)
    {
        var state = Migration.Initial;
        await foreach (var one in follow.StreamAsync(id, 1, token))
        {
            state = Migration.Evolve(state, (IMigrationMessage)one.Data);
            if (one.Version > after)
            {
                yield return Of(one);
            }

            if (state is MigrationState.Ended)
            {
                // What an ended migration still says, such as that it cannot be cancelled any more.
                foreach (var more in await readStream.ReadAsync(id, Math.Max(one.Version, after) + 1, token))
                {
                    yield return Of(more);
                }

                yield break;
            }
        }
    }

    private async IAsyncEnumerable<SentEvent> AllAsync(long after, [EnumeratorCancellation] CancellationToken token = default)
    {
        await foreach (var one in follow.AllAsync(after, token))
        {
            yield return new SentEvent(one.SeqId, one.Alias, LogEventBody.Of(one));
        }
    }

    private static SentEvent Of(RecordedEvent one) => new(one.Version, one.Alias, EventBody.Of(one));
}
