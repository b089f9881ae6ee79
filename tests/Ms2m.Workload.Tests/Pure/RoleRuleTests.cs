using Ms2m.Contracts;
using static Ms2m.Contracts.InstanceRole;

namespace Ms2m.Workload.Tests.Pure;

public sealed class RoleRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid One = Guid.Parse("11111111-0000-0000-0000-000000000000");
    private static readonly Guid Two = Guid.Parse("22222222-0000-0000-0000-000000000000");

    public static TheoryData<string, InstanceRole, long, int, InstanceRole, long, int, string> Table => new()
    {
        // What the memory is, its epoch and migration; what the file says; what follows.
        { "an active instance reconnects", Active, 1, 0, Active, 1, 0, "Serve" },
        { "a source reconnects", Active, 1, 1, Active, 1, 0, "Serve" },
        { "a restored copy of a source", Active, 1, 1, Shadow, 1, 1, "BecomeShadow" },
        { "a copy of another migration's source", Active, 1, 2, Shadow, 1, 1, "Stranded" },
        { "a copy of an instance that was no source", Active, 1, 0, Shadow, 1, 1, "Stranded" },
        { "a shadow reconnects", Shadow, 1, 1, Shadow, 1, 1, "Follow" },
        { "a shadow with another migration's file", Shadow, 1, 2, Shadow, 1, 1, "Stranded" },
        { "promoted, and the file is not written yet", Active, 2, 0, Shadow, 1, 1, "Serve" },
        { "promoted, and the file says so", Active, 2, 0, Active, 2, 0, "Serve" },
        { "promoted by the file alone", Shadow, 1, 1, Active, 2, 0, "Promote" },
        { "a shadow whose file claims its source's place", Shadow, 1, 1, Active, 1, 0, "Distrust" },
        { "handed over", Active, 1, 1, Retired, 1, 0, "Retire" },
        { "handed over at a later epoch", Active, 1, 0, Retired, 2, 0, "Retire" },
        { "promoted, with an old file of the place", Active, 3, 0, Retired, 2, 0, "Serve" },
        { "a shadow without a migration", Active, 1, 1, Shadow, 1, 0, "Distrust" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void the_higher_epoch_knows_better_and_at_the_same_the_file_decides(
        string situation, InstanceRole memory, long memoryEpoch, int memoryMigration, InstanceRole file, long fileEpoch,
        int fileMigration, string standing)
    {
        var decided = RoleRule.Decide(
            new Memory("w", memory, memoryEpoch, Migration(memoryMigration)),
            new InstanceFile("i", "w", file, fileEpoch, "amqp://x", Migration(fileMigration)), Now);
        Assert.True(standing == decided.ToString(), $"{situation}: {decided}");
    }

    [Theory]
    [InlineData(Active, "Serve")]
    [InlineData(Shadow, "Stranded")]
    [InlineData(Retired, "Retire")]
    public void a_fresh_process_has_no_memory_to_follow_anything_with(InstanceRole file, string standing) => Assert.Equal(
        standing, RoleRule.Decide(null, new InstanceFile("i", "w", file, 1, "amqp://x", One), Now).ToString());

    [Fact]
    public void another_workloads_file_is_not_obeyed() => Assert.Equal(
        Standing.Distrust,
        RoleRule.Decide(new Memory("w", Active, 1, null), new InstanceFile("i", "other", Active, 1, "amqp://x"), Now));

    [Theory]
    [InlineData(-1, "Distrust")]
    [InlineData(0, "Serve")]
    [InlineData(1, "Serve")]
    public void a_process_that_was_started_again_is_not_the_one_that_was_let_in(int letInSecondsAfterItBegan, string standing) =>
        Assert.Equal(standing, RoleRule.Decide(null, LetIn(letInSecondsAfterItBegan), Now).ToString());

    [Fact]
    public void memory_that_was_let_in_and_restored_later_is_still_itself() => Assert.Equal(
        Standing.Serve, RoleRule.Decide(new Memory("w", Active, 1, null), LetIn(-1), Now));

    private static InstanceFile LetIn(int seconds) =>
        new("i", "w", Active, 1, "amqp://x") { LetInAt = Now.AddSeconds(seconds) };

    private static Guid? Migration(int number) => number switch { 1 => One, 2 => Two, _ => null };
}
