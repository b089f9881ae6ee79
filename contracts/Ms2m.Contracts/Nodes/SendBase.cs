namespace Ms2m.Contracts;

/// <summary>Tells a standby node's worker that memory of a workload will come from another node, outside of any migration.
/// It answers the sender alone; what it has then stands in its report. Lost or repeated, it changes nothing.</summary>
/// <param name="RoundId">Part of the address to which it is sent.</param>
/// <param name="SourceNode">The only node that may send it.</param>
/// <param name="Token">A secret, of this round.</param>
/// <param name="MaxBytes">It is cut off there.</param>
/// <param name="EverySeconds">When the next one is to come: what came is kept for at least three times as long, if the node keeps
/// anything for so long.</param>
public sealed record ExpectBase(
    Guid RoundId, string Workload, string SourceNode, string Token, long MaxBytes, int EverySeconds);

/// <summary>Tells a node's worker to send the memory of an instance, which runs on, to the workload's standby node: what
/// that node has not yet. Dropped when a round there is under way or was begun a moment ago; it gives way to every migration.
/// What became of it stands in the node's report (<see cref="BaseRound"/>).</summary>
/// <param name="TransferUrl">Where the standby node takes it.</param>
/// <param name="Token">A secret, of this round.</param>
/// <param name="EverySeconds">When the next one is to come.</param>
public sealed record SendBase(
    Guid RoundId, string InstanceId, string TargetNode, string TransferUrl, string Token, long MaxBytes, int EverySeconds);

/// <summary>Tells a node's worker that nobody needs any more what it knows of a workload as its standby node.</summary>
public sealed record DropBase(string Workload);

/// <summary>The newest round by which an instance's memory was sent to a standby node.</summary>
/// <param name="Node">The standby node.</param>
/// <param name="BegunAt">By the clock of the instance's node, as <paramref name="EndedAt"/>.</param>
/// <param name="EndedAt">Absent while it is under way.</param>
/// <param name="Bytes">Memory that was looked at.</param>
/// <param name="WireBytes">What went over.</param>
/// <param name="Problem">Why it did not get there; absent where it did, or is under way.</param>
public sealed record BaseRound(
    string Node, DateTimeOffset BegunAt, DateTimeOffset? EndedAt, long Bytes, long WireBytes, Failure? Problem);
