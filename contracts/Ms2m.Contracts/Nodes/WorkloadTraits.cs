namespace Ms2m.Contracts;

/// <summary>What only a workload's owner can know of it.</summary>
/// <param name="Stateless">Nothing in its memory is missed: it may be started anew.</param>
/// <param name="Unique">Never may two of it run at once, not even one that only follows: something outside tells them
/// apart by nothing.</param>
/// <param name="PreCopySeconds">Where its checkpoints shall be made in advance: how often, in seconds; absent where
/// not. A base that is there already makes a later migration by <see cref="TransferMode.Delta"/> short.</param>
public sealed record WorkloadTraits(bool Stateless = false, bool Unique = false, int? PreCopySeconds = null);
