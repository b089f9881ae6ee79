using Ms2m.Contracts;
using Ms2m.EventLog.Streams;
using Ms2m.History.Events;
using Ms2m.History.MadeUp;
using Ms2m.History.Verifying;
using Ms2m.Migrations;
using Ms2m.Migrations.Views;

namespace Ms2m.History.Tests.MadeUp;

/// <summary>What is measured on made-up migrations holds for real ones only when they are like them.</summary>
public sealed class MadeUpMigrationTests
{
    private static readonly DateTimeOffset _at = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static TheoryData<MadeUpFate> Fates => [.. Enum.GetValues<MadeUpFate>()];

    [Theory]
    [InlineData(MadeUpFate.Completes, Phase.Completed)]
    [InlineData(MadeUpFate.IsCancelled, Phase.Cancelled)]
    [InlineData(MadeUpFate.CannotBeRestored, Phase.RolledBack)]
    [InlineData(MadeUpFate.NeedsASecondAttempt, Phase.Completed)]
    [InlineData(MadeUpFate.IsRejected, Phase.Rejected)]
    public void each_meets_its_fate(MadeUpFate fate, Phase end)
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var migration = MadeUpMigration.Run(seed, _at, fate);
            var story = string.Join(' ', migration.Appends.SelectMany(append => append.Events).Select(one => one.Data.GetType().Name));

            Assert.True(migration.State is MigrationState.Ended ended && ended.Outcome == end, $"{seed}: {migration.State.GetType().Name} {story}");
        }
    }

    [Theory]
    [MemberData(nameof(Fates))]
    public void every_law_of_the_log_holds_for_it(MadeUpFate fate)
    {
        var types = MigrationEvents.Register(new EventTypes());
        for (var seed = 0; seed < 50; seed++)
        {
            var (id, rows, saga) = new MadeUpLog(null!, types).Rows(MadeUpMigration.Run(seed, _at, fate));
            var numbered = rows.Select((row, place) => row with { SeqId = place + 1 }).ToList();

            Assert.Empty(new StreamCheck(types).Check(new StreamUnderTest(id, rows.Count, numbered, saga, null, 0, false)));
        }
    }

    [Fact]
    public void the_same_seed_makes_the_same_one() => Assert.Equal(Text(7), Text(7));

    private static string Text(int seed)
    {
        var migration = MadeUpMigration.Run(seed, _at, MadeUpFate.Completes);
        var fold = new MigrationFold(migration.Id);
        foreach (var append in migration.Appends)
        {
            foreach (var one in append.Events)
            {
                fold.Add((IMigrationMessage)one.Data, append.Metadata.Timestamp);
            }
        }

        return fold.View(_at).ToString();
    }
}
