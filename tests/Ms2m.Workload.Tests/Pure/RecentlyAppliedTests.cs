namespace Ms2m.Workload.Tests.Pure;

/// <summary>A broker that is killed forgets acknowledgements it had taken. What it brings again must be recognised, and
/// nothing else.</summary>
public class RecentlyAppliedTests
{
    [Fact]
    public void a_message_with_an_id_stays_recognisable_when_all_was_acknowledged()
    {
        var recent = Applied("id:1", "digest:a", "id:2", "digest:b");

        recent.KeepNewest(0);

        Assert.Equal(["id:1", "id:2"], recent.All.Select(applied => applied.Name));
    }

    [Fact]
    public void of_messages_without_an_id_only_so_many_of_the_newest_are_expected_again()
    {
        var recent = Applied("digest:a", "id:1", "digest:b", "digest:c");

        recent.KeepNewest(2);

        Assert.Equal(["id:1", "digest:b", "digest:c"], recent.All.Select(applied => applied.Name));
    }

    [Fact]
    public void never_more_than_one_window_is_remembered()
    {
        var recent = Applied([.. Enumerable.Range(0, 40).Select(n => $"id:{n}")]);

        Assert.Equal([.. Enumerable.Range(24, 16).Select(n => $"id:{n}")], recent.All.Select(applied => applied.Name));
    }

    private static RecentlyApplied Applied(params string[] names)
    {
        var recent = new RecentlyApplied(window: 16);
        foreach (var name in names)
        {
            recent.Add(new Applied { Message = new Message(name, ReadOnlyMemory<byte>.Empty, "in", "a", null) });
        }

        return recent;
    }
}
