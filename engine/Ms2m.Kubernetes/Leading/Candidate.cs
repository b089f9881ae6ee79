using System.Globalization;
using Ms2m.Kubernetes.Resources;

namespace Ms2m.Kubernetes.Leading;

/// <summary>One of several that want to lead, of which one may. Time is the candidate's own, from any beginning and always
/// forward: what another's clock wrote into the lease only tells that it has changed.</summary>
/// <param name="Identity">Never used by two processes, nor by one after its restart.</param>
/// <param name="Observed">The lease as it was last seen; null where there was none.</param>
/// <param name="ObservedAt">When it was first seen like this.</param>
/// <param name="RenewedAt">When the newest request that made or kept it the leader was sent.</param>
public sealed record Candidate(
    string Identity, ElectionTimes Times, Lease? Observed = null, TimeSpan ObservedAt = default, TimeSpan? RenewedAt = null)
{
    /// <summary>Whether it may do what only the leader may.</summary>
    public bool Leads(TimeSpan now) => RenewedAt is { } at && now - at < Times.GiveUp;

    /// <summary>The lease was looked at.</summary>
    public Candidate Saw(Lease? lease, TimeSpan now)
    {
        var seen = SignOf(lease) == SignOf(Observed) && Observed is null == lease is null
            ? this with { Observed = lease }
            : this with { Observed = lease, ObservedAt = now };
        return lease?.Spec?.HolderIdentity == Identity ? seen : seen with { RenewedAt = null };
    }

    /// <summary>A request of its own was granted.</summary>
    /// <param name="asked">When it was sent: the others may have seen it from then on.</param>
    public Candidate Won(Lease stored, TimeSpan asked) => this with { Observed = stored, ObservedAt = asked, RenewedAt = asked };

    /// <summary>What to do now.</summary>
    /// <param name="wall">What people are to read in the lease; nobody decides by it.</param>
    public ElectionMove Next(TimeSpan now, DateTimeOffset wall)
    {
        if (Observed is not { } lease)
        {
            return new(ElectionAct.Create, Claimed(new Lease(), wall, transitions: 0), default);
        }

        var holder = lease.Spec?.HolderIdentity;
        if (holder == Identity)
        {
            var due = RenewedAt is { } at ? at + Times.Renew - now : TimeSpan.Zero;
            return due > TimeSpan.Zero
                ? new(ElectionAct.Wait, null, due)
                : new(ElectionAct.Replace, Renewed(lease, wall), default);
        }

        var left = string.IsNullOrEmpty(holder) ? TimeSpan.Zero : ObservedAt + LastsFor(lease) - now;
        return left > TimeSpan.Zero
            ? new(ElectionAct.Wait, null, left < Times.Renew ? left : Times.Renew)
            : new(ElectionAct.Replace, Claimed(lease, wall, (lease.Spec?.LeaseTransitions ?? 0) + 1), default);
    }

    /// <summary>The lease as it is to be when its leader goes of its own accord; null where it is not the leader's.</summary>
    public Lease? Released(DateTimeOffset wall) => Observed is { Spec.HolderIdentity: var holder } lease && holder == Identity
        ? lease with { Spec = lease.Spec! with { HolderIdentity = "", LeaseDurationSeconds = 1, RenewTime = Micro(wall) } }
        : null;

    private Lease Claimed(Lease lease, DateTimeOffset wall, int transitions) => lease with
    {
        Spec = (lease.Spec ?? new()) with
        {
            HolderIdentity = Identity,
            LeaseDurationSeconds = (int)Times.Lease.TotalSeconds,
            AcquireTime = Micro(wall),
            RenewTime = Micro(wall),
            LeaseTransitions = transitions,
        },
    };

    private Lease Renewed(Lease lease, DateTimeOffset wall) => lease with
    {
        Spec = lease.Spec! with { RenewTime = Micro(wall), LeaseDurationSeconds = (int)Times.Lease.TotalSeconds },
    };

    // As the holder promised; whatever it is, never less than what this version's leaders rely on.
    private TimeSpan LastsFor(Lease lease) =>
        lease.Spec?.LeaseDurationSeconds is { } seconds && TimeSpan.FromSeconds(seconds) is var promised && promised > Times.Lease
            ? promised
            : Times.Lease;

    // Its version too: a clock that was set back may write the same time twice.
    private static (string?, string?, string?, int?) SignOf(Lease? lease) =>
        (lease?.Metadata.ResourceVersion, lease?.Spec?.HolderIdentity, lease?.Spec?.RenewTime, lease?.Spec?.LeaseTransitions);

    private static string Micro(DateTimeOffset wall) =>
        wall.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What a candidate does next.</summary>
/// <param name="Lease">To be created or put in the place of the one that was seen, if nobody was faster.</param>
/// <param name="Pause">How long to wait before looking again.</param>
public sealed record ElectionMove(ElectionAct Act, Lease? Lease, TimeSpan Pause);

public enum ElectionAct
{
    Wait,
    Create,
    Replace,
}
