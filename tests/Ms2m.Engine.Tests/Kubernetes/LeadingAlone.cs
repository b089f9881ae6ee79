using Microsoft.Extensions.Logging.Abstractions;
using Ms2m.Engine.Kubernetes;
using Ms2m.Engine.Kubernetes.Leading;
using Ms2m.Engine.Tests.Delivery.Lab;
using Ms2m.Kubernetes.Api;
using Ms2m.Kubernetes.Resources;
using Ms2m.Tests.Simulation;

namespace Ms2m.Engine.Tests.Kubernetes;

/// <summary>What an engine does with the lease, and when the work of the leader runs.</summary>
public sealed class LeadingAlone
{
    private readonly SimulatedCluster _cluster = new();
    private readonly ManualTime _time = new(Asked.Now);

    [Fact]
    public async Task the_work_begins_with_the_lease_and_ends_before_it_when_it_cannot_be_renewed()
    {
        var duty = new Duty();
        using var election = await StartAsync("one", duty);
        var begun = await duty.Begun(1).WithinAsync("the work begins");
        Assert.True(election.Leads);

        _cluster.Refuse = _ => new ApiProblem(503, "", "away");
        _time.Advance(TimeSpan.FromSeconds(10.9));
        Assert.False(begun.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.True(begun.IsCancellationRequested, "Others may begin after 15 s; it still works.");
        Assert.False(election.Leads);
        await election.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task a_leader_renews_and_its_work_goes_on()
    {
        var duty = new Duty();
        using var election = await StartAsync("one", duty);
        var begun = await duty.Begun(1).WithinAsync("the work begins");
        var first = Lease.Spec!.RenewTime;

        for (var i = 0; i < 6; i++)
        {
            var before = Lease.Spec!.RenewTime;
            _time.Advance(TimeSpan.FromSeconds(6));
            await Eventually.TrueAsync(() => Task.FromResult(Lease.Spec!.RenewTime != before), "it is renewed");
            // The term's timer is set anew right after the answer.
            await Eventually.TrueAsync(() => Task.FromResult(election.Leads), "it leads");
        }

        Assert.False(begun.IsCancellationRequested);
        Assert.NotEqual(first, Lease.Spec!.RenewTime);
        Assert.Equal(0, Lease.Spec.LeaseTransitions);
        await election.StopAsync(CancellationToken.None);
        Assert.Equal("", Lease.Spec!.HolderIdentity);
    }

    [Fact]
    public async Task another_waits_and_takes_over_when_the_leader_is_heard_of_no_more()
    {
        _cluster.Given(Kinds.Leases, new Lease
        {
            Metadata = new ObjectMeta { Name = "ms2m-engine", Namespace = "ms2m" },
            Spec = new LeaseSpec { HolderIdentity = "dead", LeaseDurationSeconds = 15, RenewTime = "2030-01-01T00:00:00.000000Z", LeaseTransitions = 4 },
        });
        var duty = new Duty();
        using var election = await StartAsync("one", duty);

        var waited = 0;
        while (Lease.Spec!.HolderIdentity == "dead")
        {
            Assert.True(waited++ < 600, "It never took over.");
            _time.Advance(TimeSpan.FromSeconds(0.5));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        await duty.Begun(1).WithinAsync("the work begins");
        Assert.True(waited >= 30, $"It waited {waited / 2} s.");
        Assert.Equal(("one", 5), (Lease.Spec.HolderIdentity, Lease.Spec.LeaseTransitions));
        await election.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task work_that_fails_is_begun_anew()
    {
        var duty = new Duty { FailsFirst = true };
        using var election = await StartAsync("one", duty);
        await duty.Begun(1).WithinAsync("the work begins");

        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(0.1));
                return Task.FromResult(duty.Begun(2).IsCompleted || !election.Leads);
            },
            "the work begins again");

        Assert.True(duty.Begun(2).IsCompleted);
        await election.StopAsync(CancellationToken.None);
    }

    private Lease Lease => _cluster.Find(Kinds.Leases, "ms2m", "ms2m-engine")!;

    private async Task<LeaderElection> StartAsync(string identity, ILeaderDuty duty)
    {
        var election = new LeaderElection(
            _cluster, new KubernetesOptions { Namespace = "ms2m", Identity = identity }, [duty], _time, NullLogger<LeaderElection>.Instance);
        await election.StartAsync(CancellationToken.None);
        return election;
    }

    private sealed class Duty : ILeaderDuty
    {
        private readonly TaskCompletionSource<CancellationToken>[] _begun =
            [.. Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously))];

        private int _times;

        public bool FailsFirst { get; init; }

        public Task<CancellationToken> Begun(int time) => _begun[time - 1].Task;

        public async Task RunAsync(CancellationToken leading)
        {
            var time = Interlocked.Increment(ref _times);
            _begun[time - 1].TrySetResult(leading);
            if (FailsFirst && time == 1)
            {
                throw new InvalidOperationException("It fails once.");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, leading);
        }
    }
}
