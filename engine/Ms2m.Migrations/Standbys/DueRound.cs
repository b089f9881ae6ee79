namespace Ms2m.Migrations;

/// <summary>Memory of an instance that is to be sent to a standby node now.</summary>
/// <param name="MaxBytes">It is cut off there.</param>
public sealed record DueRound(
    string Workload, string InstanceId, string SourceNode, string StandbyNode, string StandbyAddress, long MaxBytes, int EverySeconds);
