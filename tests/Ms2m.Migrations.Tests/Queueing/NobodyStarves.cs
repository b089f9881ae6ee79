using FsCheck;
using FsCheck.Fluent;

namespace Ms2m.Migrations.Tests.Queueing;

/// <summary>A cluster in which more is always requested than may run, played second by second.</summary>
public class NobodyStarves
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    /// <summary>The trap: the one in question needs a slot of n1 and a slot of n2 at once, and its rivals, which need one
    /// of the two each, leave them at different times, for ever.</summary>
    [Fact]
    public void two_nodes_that_are_never_free_at_the_same_time_are_got_all_the_same()
    {
        var world = new World(new AdmissionLimits(Outgoing: 1, Incoming: 1, Total: 2));
        var second = 0;
        for (; second < 600 && world.WaitOf(1) is null; second++)
        {
            // Out of n1 from 0 to 10 s, 20 to 30 s, …; into n2 from 5 to 15 s, 25 to 35 s, …: each is requested long before.
            if (second % 10 == 0)
            {
                world.Request(1000 + second, "n1", "n3", 0, 10);
                world.Request(2000 + second, "n4", "n2", 0, second == 0 ? 15 : 10);
            }

            if (second == 1)
            {
                world.Request(1, "n1", "n2", 0, 10);
            }

            world.Tick();
        }

        Assert.InRange(world.WaitOf(1)!.Value, TimeSpan.Zero, Admission.Patience + (2 * Longest));
    }

    [Fact]
    public void the_lowest_priority_gets_its_turn_under_a_stream_of_the_highest()
    {
        var world = new World(new AdmissionLimits(1, 1, 1));
        world.Request(1000, "n1", "n2", 10, 5);
        world.Request(1, "n1", "n2", -10, 5);
        for (var second = 0; second < 3600 && world.WaitOf(1) is null; second++)
        {
            if (second % 4 == 0)
            {
                world.Request(2000 + second, "n1", "n2", 10, 5);
            }

            world.Tick();
        }

        // Twenty levels count as having come that much later; behind that, those who came before it are still served.
        Assert.NotNull(world.WaitOf(1));
    }

    [Fact]
    public void whatever_is_requested_waits_for_a_bounded_time_while_requests_never_end() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(15),
        Prop.ForAll(Gen.ArrayOf(Request, 400).ToArbitrary(), requests =>
        {
            var world = new World(new AdmissionLimits(2, 2, 5));
            for (var i = 0; i < requests.Length; i++)
            {
                var (source, target, priority, seconds) = requests[i];
                // About as many as can run, all in all; some nodes get more than they can take.
                world.Request(i + 1, source, target, priority, seconds);
                for (var ticks = 0; ticks < 6; ticks++)
                {
                    world.Tick();
                }
            }

            // No new ones: what is left must drain.
            for (var second = 0; world.Waits && second < 100_000; second++)
            {
                world.Tick();
            }

            Assert.False(world.Waits);
            Assert.True(world.NeverBeyondTheLimits);
        }));

    private static Gen<(string Source, string Target, int Priority, int Seconds)> Request { get; } =
        from source in Gen.Elements("n1", "n1", "n2", "n3")
        from target in Gen.Elements("n1", "n2", "n2", "n3").Where(node => node != source)
        from priority in Gen.Choose(-10, 10)
        from seconds in Gen.Choose(1, (int)Longest.TotalSeconds)
        select (source, target, priority, seconds);

    private sealed class World(AdmissionLimits limits)
    {
        private readonly Dictionary<Guid, (DateTimeOffset Until, TimeSpan Lasts)> _lasts = [];
        private readonly Dictionary<Guid, TimeSpan> _waited = [];
        private Line _line = Line.Empty with { Limits = limits };
        private DateTimeOffset _now = Begin;

        public bool Waits => !_line.Waiting.IsEmpty;

        public bool NeverBeyondTheLimits { get; private set; } = true;

        public TimeSpan? WaitOf(int id) => _waited.TryGetValue(Id(id), out var waited) ? waited : null;

        public void Request(int id, string source, string target, int priority, int seconds)
        {
            _lasts[Id(id)] = (default, TimeSpan.FromSeconds(seconds));
            _line = _line.WithWaiting(new Place(Id(id), source, target, priority, _now));
        }

        public void Tick()
        {
            foreach (var place in _line.Running.Where(place => _lasts[place.MigrationId].Until <= _now))
            {
                _line = _line.Without(place.MigrationId);
            }

            foreach (var place in Admission.MayStart(_line, _now))
            {
                _line = _line.Without(place.MigrationId) is var line ? line with { Running = line.Running.Add(place) } : line;
                _lasts[place.MigrationId] = (_now + _lasts[place.MigrationId].Lasts, default);
                _waited[place.MigrationId] = _now - place.Since;
            }

            NeverBeyondTheLimits &= _line.Running.Length <= limits.Total
                && _line.Running.GroupBy(place => place.SourceNode).All(node => node.Count() <= limits.Outgoing)
                && _line.Running.GroupBy(place => place.TargetNode).All(node => node.Count() <= limits.Incoming);
            _now += TimeSpan.FromSeconds(1);
        }

        private static Guid Id(int id) => new(id, 0, 0, new byte[8]);
    }
}
