using Ms2m.Contracts;
using Ms2m.History.Explaining;
using Ms2m.History.ReadModels;
using Ms2m.History.Timelines;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;
using Npgsql;

namespace Ms2m.LogTool;

/// <summary>Medians of the newest completed migrations of one kind: from the read model, or from some of their streams where there is
/// none, as in a log that was only loaded.</summary>
internal static class KindMedians
{
    private const int Most = 200;
    private const int MostStreams = 50;

    // The newest streams by their own time; no more are looked at than it takes to find some of the kind.
    private const string Newest =
        "select id from mt_streams where type = 'migration' and id <> $1 order by created desc limit 400";

    private const string OfKind =
        "select r.stream_id from mt_events r where r.stream_id = any($1) and r.version = 1 and r.type = 'migration_requested'"
        + " and r.data -> 'Spec' ->> 'Name' = $2 and r.data ->> 'Strategy' = $3 limit $4";

    public static async Task<IMedians> OfAsync(LogCall call, MigrationHistory history)
    {
        if (history.Request is not { } request)
        {
            return ViewMedians.None;
        }

        var modelled = await ModelledAsync(call, request);
        return modelled.Count > 0
            ? new ViewMedians(modelled.Where(view => view.MigrationId != history.Id).Take(Most))
            : await FromStreamsAsync(call, history, request);
    }

    private static async Task<IReadOnlyList<MigrationView>> ModelledAsync(LogCall call, MigrationRequested request)
    {
        try
        {
            return await new MigrationTable(call.Store.Source)
                .CompletedAsync(request.Spec.Name, request.Strategy, Most + 1, call.Cancel);
        }
        catch (PostgresException none) when (none.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            return [];
        }
    }

    private static async Task<IMedians> FromStreamsAsync(LogCall call, MigrationHistory history, MigrationRequested request)
    {
        var newest = await call.Store.IdsAsync(Newest, call.Cancel, new NpgsqlParameter<Guid> { TypedValue = history.Id });
        var alike = await call.Store.IdsAsync(
            OfKind,
            call.Cancel,
            new NpgsqlParameter<Guid[]> { TypedValue = [.. newest] },
            new NpgsqlParameter<string> { TypedValue = request.Spec.Name },
            new NpgsqlParameter<string> { TypedValue = request.Strategy },
            new NpgsqlParameter<int> { TypedValue = MostStreams * 2 });
        var views = new List<MigrationView>();
        foreach (var id in alike)
        {
            if (views.Count < MostStreams && await Histories.ReadAsync(call, id) is { } other
                && other.View() is { Phase: Phase.Completed } view)
            {
                views.Add(view);
            }
        }

        return new ViewMedians(views);
    }
}
