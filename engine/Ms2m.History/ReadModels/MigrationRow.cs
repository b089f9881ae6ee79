using Ms2m.EventLog;
using Ms2m.Migrations.Views;

namespace Ms2m.History.ReadModels;

/// <summary>A migration's row in the read model.</summary>
/// <param name="Version">How many events of it are in the row.</param>
/// <param name="SeqId">The position of the last of them.</param>
/// <param name="View">Of an unfinished migration as of its last event: its times go on.</param>
public sealed record MigrationRow(long Version, long SeqId, MigrationView View)
{
    public static MigrationRow Of(MigrationFold fold, long seqId, DateTimeOffset at) => new(fold.Version, seqId, fold.View(at));

    /// <summary>The view as it is stored.</summary>
    public string Json => EventJson.Write(View, typeof(MigrationView));
}
