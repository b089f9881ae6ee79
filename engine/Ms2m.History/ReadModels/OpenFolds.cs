using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.ReadModels;

/// <summary>Folds of the migrations that are under way, so that the next event of one does not mean to read all before it
/// again. Bounded: what is dropped is read when it is needed.</summary>
internal sealed class OpenFolds(ReadStream streams)
{
    private const int Most = 4_000;

    private readonly Dictionary<Guid, (MigrationFold Fold, long SeqId)> _folds = [];

    private long _at;

    /// <summary>Forgets everything when somebody else has gone on with the projection meanwhile.</summary>
    public void BeginAt(long position)
    {
        if (position != _at)
        {
            _folds.Clear();
        }
    }

    public void EndAt(long position) => _at = position;

    /// <summary>What was applied is not stored: the transaction failed.</summary>
    public void Forget()
    {
        _folds.Clear();
        _at = -1;
    }

    public async Task<MigrationFold> AddAsync(RecordedEvent recorded, CancellationToken token)
    {
        if (!_folds.TryGetValue(recorded.StreamId, out var known) || known.Fold.Version != recorded.Version - 1)
        {
            known = (await ReadAsync(recorded.StreamId, recorded.Version - 1, token), 0);
        }

        known.Fold.Add((IMigrationMessage)recorded.Data, recorded.Timestamp);
        Remember(recorded.StreamId, known.Fold, recorded.SeqId);
        return known.Fold;
    }

    private void Remember(Guid id, MigrationFold fold, long seqId)
    {
        if (fold.State is MigrationState.Ended)
        {
            _folds.Remove(id);
            return;
        }

        _folds[id] = (fold, seqId);
        if (_folds.Count > Most)
        {
            // Those of which nothing has been heard for longest.
            foreach (var stale in _folds.OrderBy(one => one.Value.SeqId).Take(Most / 2).Select(one => one.Key).ToList())
            {
                _folds.Remove(stale);
            }
        }
    }

    private async Task<MigrationFold> ReadAsync(Guid id, long version, CancellationToken token)
    {
        var fold = new MigrationFold(id);
        if (version > 0)
        {
            foreach (var one in (await streams.ReadAsync(id, 1, token)).TakeWhile(one => one.Version <= version))
            {
                fold.Add((IMigrationMessage)one.Data, one.Timestamp);
            }
        }

        return fold;
    }
}
