using Ms2m.Kubernetes.Leading;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>Candidates and a lease, without a server: who leads when.</summary>
public sealed class Election
{
    private static readonly ElectionTimes _times = ElectionTimes.Usual;

    // What the machines of the candidates believe that it is.
    private static readonly DateTimeOffset _wall = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void who_finds_no_lease_makes_one_and_leads_until_it_must_have_renewed()
    {
        var one = new Candidate("one", _times).Saw(null, S(0));
        var move = one.Next(S(0), _wall);

        Assert.Equal(ElectionAct.Create, move.Act);
        Assert.Equal(("one", 15, 0), (move.Lease!.Spec!.HolderIdentity, move.Lease.Spec.LeaseDurationSeconds, move.Lease.Spec.LeaseTransitions));
        Assert.Equal("2026-11-21T12:00:00.000000Z", move.Lease.Spec.RenewTime);
        one = one.Won(move.Lease, S(0));
        Assert.True(one.Leads(S(10)));
        Assert.False(one.Leads(S(11)));
    }

    [Fact]
    public void nobody_leads_by_asking_alone() =>
        Assert.False(new Candidate("one", _times).Saw(null, S(0)).Leads(S(0)));

    [Fact]
    public void a_leader_renews_when_it_is_due_and_not_before()
    {
        var one = Leading("one", S(0));

        Assert.Equal((ElectionAct.Wait, S(3)), (one.Next(S(2), _wall).Act, one.Next(S(2), _wall).Pause));
        Assert.Equal(ElectionAct.Replace, one.Next(S(5), _wall).Act);
        Assert.Equal(0, one.Next(S(5), _wall).Lease!.Spec!.LeaseTransitions);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(0)]
    [InlineData(3600)]
    public void another_waits_for_the_whole_lease_by_its_own_time_whatever_the_leaders_clock_wrote(int skew)
    {
        var lease = new Candidate("one", _times).Saw(null, S(0)).Next(S(0), _wall.AddSeconds(skew)).Lease;
        var two = new Candidate("two", _times).Saw(lease, S(100));

        Assert.Equal(ElectionAct.Wait, two.Next(S(114), _wall).Act);
        two = two.Saw(lease, S(114));
        var move = two.Next(S(115), _wall);
        Assert.Equal(ElectionAct.Replace, move.Act);
        Assert.Equal(("two", 1), (move.Lease!.Spec!.HolderIdentity, move.Lease.Spec.LeaseTransitions));
    }

    [Fact]
    public void a_renewal_that_another_sees_makes_it_wait_anew()
    {
        var one = Leading("one", S(0));
        var two = new Candidate("two", _times).Saw(one.Observed, S(1));

        two = two.Saw(one.Next(S(5), _wall.AddSeconds(5)).Lease, S(6));

        Assert.Equal(ElectionAct.Wait, two.Next(S(20), _wall).Act);
        Assert.Equal(ElectionAct.Replace, two.Next(S(21), _wall).Act);
    }

    [Fact]
    public void a_leader_that_was_asleep_does_not_lead_when_it_wakes_and_stands_back_when_it_sees_another()
    {
        var one = Leading("one", S(0));
        Assert.False(one.Leads(S(60)));

        one = one.Saw(Leading("two", S(20)).Observed, S(60));

        Assert.Null(one.RenewedAt);
        Assert.Equal(ElectionAct.Wait, one.Next(S(60), _wall).Act);
    }

    [Fact]
    public void a_lease_that_was_let_go_is_taken_at_once()
    {
        var released = Leading("one", S(0)).Released(_wall);
        Assert.Equal("", released!.Spec!.HolderIdentity);

        Assert.Equal(ElectionAct.Replace, new Candidate("two", _times).Saw(released, S(1)).Next(S(1), _wall).Act);
    }

    [Fact]
    public void nobody_lets_go_what_is_anothers() =>
        Assert.Null(new Candidate("two", _times).Saw(Leading("one", S(0)).Observed, S(1)).Released(_wall));

    [Fact]
    public void an_answer_that_was_lost_is_made_good_by_asking_again()
    {
        // The server has stored it, and the candidate does not know.
        var stored = Leading("one", S(0)).Observed;
        var one = new Candidate("one", _times).Saw(stored, S(3));

        Assert.False(one.Leads(S(3)));
        Assert.Equal(ElectionAct.Replace, one.Next(S(3), _wall).Act);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void however_slow_or_asleep_they_are_two_never_lead_at_once_and_mostly_one_does(int candidates)
    {
        var led = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            led += new Contest(candidates, seed).Run(TimeSpan.FromMinutes(10));
        }

        Assert.True(led > 200 * 60, $"Somebody led in {led} of the seconds only.");
    }

    [Fact]
    public void a_rule_that_gives_up_too_late_is_found_out() => Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
    {
        for (var seed = 0; seed < 200; seed++)
        {
            new Contest(3, seed, _times with { GiveUp = TimeSpan.FromSeconds(40) }).Run(TimeSpan.FromMinutes(10));
        }
    });

    private static Candidate Leading(string name, TimeSpan since)
    {
        var one = new Candidate(name, _times).Saw(null, since);
        return one.Won(one.Next(since, _wall).Lease!, since);
    }

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    /// <summary>A server that stores one lease, and candidates that come to it when they can: their calls take time, they
    /// fall asleep, and their clocks show what they like.</summary>
    private sealed class Contest(int candidates, int seed, ElectionTimes? times = null)
    {
        private readonly Random _random = new(seed);
        private readonly PriorityQueue<Action, TimeSpan> _agenda = new();
        private readonly Candidate[] _candidates = [.. Enumerable.Range(0, candidates).Select(i => new Candidate($"c{i}", times ?? _times))];
        private (Lease Lease, int Version)? _stored;
        private TimeSpan _now;

        /// <returns>In how many seconds somebody led.</returns>
        public int Run(TimeSpan until)
        {
            for (var i = 0; i < candidates; i++)
            {
                Round(i);
            }

            for (var second = 0; second < until.TotalSeconds; second++)
            {
                _agenda.Enqueue(() => { }, TimeSpan.FromSeconds(second));
            }

            var led = 0;
            while (_agenda.TryDequeue(out var act, out var at) && at < until)
            {
                var whole = at.Ticks % TimeSpan.TicksPerSecond == 0;
                _now = at;
                act();
                var leaders = _candidates.Count(one => one.Leads(Own(Array.IndexOf(_candidates, one))));
                Assert.True(leaders <= 1, $"{leaders} lead at {_now}, seed {seed}");
                led += whole ? leaders : 0;
            }

            return led;
        }

        // Everybody counts from a beginning of his own.
        private TimeSpan Own(int who) => _now + TimeSpan.FromHours(who);

        private void Later(double most, Action act) => _agenda.Enqueue(act, _now + TimeSpan.FromSeconds(_random.NextDouble() * most));

        private void Round(int who) => Later(1, () =>
        {
            var (seen, version) = (_stored?.Lease, _stored?.Version ?? 0);
            Later(Sleeps() ? 60 : 0.5, () =>
            {
                _candidates[who] = _candidates[who].Saw(seen, Own(who));
                var move = _candidates[who].Next(Own(who), _wall.AddSeconds(_random.Next(-3, 3)));
                if (move.Act == ElectionAct.Wait)
                {
                    _agenda.Enqueue(() => Round(who), _now + move.Pause);
                    return;
                }

                var asked = Own(who);
                Later(Sleeps() ? 30 : 0.5, () =>
                {
                    var granted = (_stored?.Version ?? 0) == version;
                    var stored = move.Lease! with { Metadata = new ObjectMeta { ResourceVersion = $"{version + 1}" } };
                    _stored = granted ? (stored, version + 1) : _stored;
                    // Some answers are lost.
                    var heard = granted && _random.Next(20) != 0;
                    Later(Sleeps() ? 60 : 0.5, () =>
                    {
                        _candidates[who] = heard ? _candidates[who].Won(stored, asked) : _candidates[who];
                        Round(who);
                    });
                });
            });
        });

        private bool Sleeps() => _random.Next(30) == 0;
    }
}
