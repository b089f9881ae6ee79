using FsCheck;
using FsCheck.Fluent;

namespace Ms2m.Workload.Tests.Pure;

/// <summary>The replay alone: whatever order R and J bring their things in, and however often.</summary>
public sealed class ShadowReplayTests
{
    private const int Count = 20;

    [Fact]
    public void any_order_and_repetition_of_entries_and_payloads_gives_the_sources_order() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(Gen.ListOf(Gen.Choose(0, 99)).ToArbitrary(), order =>
        {
            var replay = new ShadowReplay(World.Migration, Chain.Start);
            var expected = Chain.Start;
            var arrivals = new List<Action>();
            for (var n = 1; n <= Count; n++)
            {
                // Some are alike, some carried, each comes twice.
                var message = Message($"digest:{n / 3}");
                var entry = new JournalEntry(n, message.Name, n, n % 4 == 0 ? message : null);
                expected = expected.Append(message.Name, message.Body.Span);
                arrivals.Add(() => replay.Take(entry));
                arrivals.Add(() => replay.Take(entry));
                arrivals.Add(() => replay.TakePayload(Message(message.Name)));
            }
            var applied = new List<long>();
            foreach (var at in order.Concat(Enumerable.Repeat(0, arrivals.Count)))
            {
                if (arrivals.Count > 0)
                {
                    arrivals[at % arrivals.Count]();
                    arrivals.RemoveAt(at % arrivals.Count);
                }
                while (replay.Begin() is { } message)
                {
                    applied.Add(message.TimeMs);
                    replay.Finish(message);
                }
            }
            Assert.Equal(Enumerable.Range(1, Count).Select(n => (long)n), applied);
            Assert.Equal(expected.Hex, replay.Chain.Hex);
            Assert.Equal(0, replay.Lag);
        }));

    [Fact]
    public void a_named_payload_that_never_comes_breaks_the_handoff_after_its_deadline()
    {
        var replay = new ShadowReplay(World.Migration, Chain.Start);
        replay.Take(new JournalEntry(1, "id:a", 0, null));
        Assert.Null(replay.Begin());
        replay.CheckDeadline(1000, 500);
        replay.CheckDeadline(1500, 500);
        Assert.Null(replay.Broken);
        replay.CheckDeadline(1501, 500);
        Assert.Equal("MS2M-4001", replay.Broken!.Code);
        replay.TakePayload(Message("id:a"));
        Assert.Null(replay.Begin());
    }

    [Fact]
    public void a_journal_with_a_hole_breaks_the_handoff()
    {
        var replay = new ShadowReplay(World.Migration, Chain.Start);
        replay.Take(new JournalEntry(2, "id:b", 0, Message("id:b")));
        replay.CheckDeadline(0, 500);
        replay.CheckDeadline(501, 500);
        Assert.Equal("MS2M-4002", replay.Broken!.Code);
    }

    [Fact]
    public void memory_that_is_past_the_sources_end_breaks_the_handoff()
    {
        var replay = new ShadowReplay(World.Migration, Chain.Start.Append("id:a", default));
        replay.Take(new JournalEnd(0, 0));
        Assert.Equal("MS2M-4004", replay.Broken!.Code);
    }

    [Fact]
    public void an_entry_that_names_another_message_than_was_applied_here_breaks_the_handoff()
    {
        var replay = new ShadowReplay(World.Migration, Chain.Start);
        replay.FinishCaught(new Applied { Message = Message("id:a") });
        replay.Take(new JournalEntry(1, "id:b", 0, null));
        Assert.Equal("MS2M-4003", replay.Broken!.Code);
    }

    private static Message Message(string name) => new(name, System.Text.Encoding.UTF8.GetBytes(name), "in", "a", null);
}
