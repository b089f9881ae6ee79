namespace Ms2m.Contracts;

/// <summary>What only a workload's owner can know of it.</summary>
/// <param name="Stateless">Nothing in its memory is missed: it may be started anew.</param>
/// <param name="Unique">Never may two of it run at once, not even one that only follows: something outside tells them
/// apart by nothing.</param>
public sealed record WorkloadTraits(bool Stateless = false, bool Unique = false)
{
    /// <summary>Where it is expected to go; absent where nobody knows.</summary>
    public Standby? Standby { get; init; }
}
